import { messageOf, KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord, ObjectMeta, OwnerReference } from '../../../base/index.ts';
import { annotations, scopeOf } from '../../../api/sealed-secret/index.ts';
import type { Scope, SealedSecret } from '../../../api/sealed-secret/index.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import type { KeyRing, SealedClue } from '../crypto/key-ring.ts';
import { labelOf } from '../crypto/label.ts';
import { GroupedErrors } from './grouped-errors.ts';
import { orderedMetadata, sorted } from './secret-object.ts';
import type { SecretObject } from './secret-object.ts';

/** Renders one entry of `template.data` over the opened values, which may be any bytes. */
export type RenderTemplate = (
  name: string,
  text: string,
  values: Readonly<Record<string, Uint8Array>>,
) => Uint8Array | Promise<Uint8Array>;

export interface UnsealOptions {
  readonly ring: KeyRing;
  readonly render: RenderTemplate;
  /** Opens objects that hold the deprecated `spec.data`. */
  readonly acceptV1Data?: boolean;
  /** The scope to open with; that of the object's own annotations when absent. */
  readonly scope?: Scope;
}

/**
 * Opens a SealedSecret: all of it, or nothing. Name and namespace of the Secret are those of the
 * SealedSecret, whatever the template says.
 * @throws {KnownError} `invalid` with one line per different failure, each naming its keys.
 */
export async function unsealSecret(
  sealed: SealedSecret,
  options: UnsealOptions,
): Promise<SecretObject> {
  const { name, namespace = '' } = sealed.metadata;
  const scope = options.scope ?? scopeOf(sealed.metadata.annotations);
  const label = labelOf({ namespace, name }, scope);
  const secret =
    sealed.spec.data === undefined || sealed.spec.data === ''
      ? await openItems(sealed, label, options)
      : await openWhole(sealed, label, options);
  const template = sealed.spec.template?.metadata;
  const skipsOwner = template?.annotations?.[annotations.skipSetOwnerReferences] === 'true';
  const metadata = {
    ...secret.metadata,
    name,
    namespace,
    ...(skipsOwner ? {} : { ownerReferences: [ownerOf(sealed)] }),
  };
  return { ...secret, metadata: orderedMetadata(metadata) as unknown as ObjectMeta };
}

function ownerOf({ metadata }: SealedSecret): OwnerReference {
  return {
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
  };
}

async function openItems(
  { spec, metadata: own }: SealedSecret,
  label: Uint8Array,
  { ring, render }: UnsealOptions,
): Promise<SecretObject> {
  const errors = new GroupedErrors();
  const opened = await openValues(spec.encryptedData, { ring, label, errors, clue: clueOf(own) });
  const rendered = await renderValues(spec.template?.data ?? {}, { opened, render, errors });
  errors.throwIfAny();
  const { metadata, type, immutable } = spec.template ?? {};
  const data = sorted(Object.fromEntries([...opened, ...rendered]));
  const coded = Object.entries(data).map(
    ([key, value]) => [key, value.toString('base64')] as const,
  );
  return secretWith(metadata, {
    ...(coded.length > 0 ? { data: Object.fromEntries(coded) } : {}),
    ...(immutable === undefined ? {} : { immutable }),
    ...(type ? { type } : {}),
  });
}

type Values = ReadonlyMap<string, Buffer>;

interface Opening {
  readonly ring: KeyRing;
  readonly label: Uint8Array;
  readonly errors: GroupedErrors;
  readonly clue: SealedClue;
}

/** The fingerprint that an object carries beside its values. */
export function hintOf({
  annotations: carried,
}: Pick<ObjectMeta, 'annotations'>): string | undefined {
  return carried?.[annotations.sealedFor];
}

/**
 * What an object tells of the key that opens it. Objects of the original kubeseal name no key, but were
 * sealed before they came into the cluster.
 */
export function clueOf(metadata: ObjectMeta): SealedClue {
  const { creationTimestamp } = metadata;
  return {
    fingerprint: hintOf(metadata),
    sealedBefore: creationTimestamp === undefined ? undefined : new Date(creationTimestamp),
  };
}

async function openValues(
  encryptedData: Readonly<Record<string, string>>,
  { ring, label, errors, clue }: Opening,
): Promise<Values> {
  const opened = new Map<string, Buffer>();
  for (const [key, coded] of Object.entries(sorted(encryptedData))) {
    try {
      opened.set(key, await ring.open(decodeBase64(coded), label, clue));
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      errors.add(key, thrown.message);
    }
  }
  return opened;
}

async function renderValues(
  templates: Readonly<Record<string, string>>,
  { opened, render, errors }: { opened: Values; render: RenderTemplate; errors: GroupedErrors },
): Promise<Values> {
  const values = Object.fromEntries(opened);
  const rendered = new Map<string, Buffer>();
  for (const [key, template] of Object.entries(sorted(templates))) {
    try {
      rendered.set(key, Buffer.from(await render(key, template, values)));
    } catch (thrown) {
      errors.add(key, withoutValues(messageOf(thrown), values));
    }
  }
  return rendered;
}

function secretWith(metadata: unknown, rest: JsonRecord): SecretObject {
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: orderedMetadata(metadata) as unknown as ObjectMeta,
    ...rest,
  };
}

/**
 * A running template can print an opened value into its own error (`fail .password`), and errors go
 * into events and status: what a function said is cut off, and every value is blotted out.
 */
function withoutValues(message: string, values: Readonly<Record<string, Buffer>>): string {
  if (!message.includes(': executing ')) return message;
  const cut = message.replace(/(error calling [\w.]+: )[\s\S]*$/, '$1[hidden]');
  // The part before is the template's own text; blotting there would only garble it.
  const told = Math.max(0, cut.indexOf('>: ', cut.indexOf(' at <')));
  return Object.values(values)
    .map(String)
    .filter((value) => value !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce(
      (text, value) => text.slice(0, told) + text.slice(told).replaceAll(value, '[hidden]'),
      cut,
    );
}

async function openWhole(
  { spec, metadata: own }: SealedSecret,
  label: Uint8Array,
  { ring, acceptV1Data = true }: UnsealOptions,
): Promise<SecretObject> {
  if (!acceptV1Data) {
    throw new KnownError(
      'invalid',
      "using deprecated 'data' field, use 'encryptedData' or flip the feature flag",
    );
  }
  if (Object.keys(spec.encryptedData).length > 0) {
    throw new KnownError(
      'invalid',
      "cannot use the field 'encryptedData' and the deprecated field 'data' at the same time",
    );
  }
  const plain = await ring.open(decodeBase64(spec.data ?? ''), label, clueOf(own));
  let secret: unknown;
  try {
    secret = JSON.parse(plain.toString());
  } catch {
    secret = undefined;
  }
  if (!isRecord(secret) || !isRecord(secret.metadata)) {
    throw new KnownError('invalid', "the deprecated field 'data' does not hold a Secret");
  }
  const { data, type, immutable } = secret as unknown as SecretObject;
  return secretWith(secret.metadata, {
    ...(data === undefined ? {} : { data }),
    ...(immutable === undefined ? {} : { immutable }),
    ...(type === undefined ? {} : { type }),
  });
}
