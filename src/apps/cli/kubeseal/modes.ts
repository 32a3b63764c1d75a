import type { KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, KnownError } from '../../../base/index.ts';
import type { ObjectMeta } from '../../../base/index.ts';
import type { SealedSecret, TemplateMetadata } from '../../../api/sealed-secret/index.ts';
import { parseSealedSecret } from '../../../api/sealed-secret/index.ts';
import {
  createKeyRing,
  decodeBase64,
  labelOf,
  privateKeyOf,
  sealingKeyOf,
  sealValue,
  templateRenderer,
  unsealSecret,
} from '../../../features/seal/index.ts';
import type { CliIo } from '../io.ts';
import { openCertificate } from './certificate.ts';
import { findController, messageOfAnswer, namespaceOf } from './cluster.ts';
import type { Options } from './options.ts';
import { objectText, orderedSealedSecret } from './output.ts';
import { readBytes, readText } from './read-file.ts';
import { readObjects, readSealedSecrets } from './read-objects.ts';
import { sealInput } from './seal-input.ts';

/** What a mode works on: its options, the process, and the input when it is asked for. */
export interface Work {
  readonly options: Options;
  readonly io: CliIo;
  /** Reads `-f`, else standard input. */
  readonly input: () => Promise<Buffer>;
}

/** A mode of kubeseal: what it prints, or what goes into `-w`. */
export type Mode = (work: Work) => Promise<string>;

async function publicKeyOf({ options, io }: Work): Promise<KeyObject> {
  return sealingKeyOf(await openCertificate(options, io), io.clock.now());
}

/** `--fetch-cert` */
export const fetchCertificate: Mode = ({ options, io }) => openCertificate(options, io);

/** Without any mode flag: seals the Secrets of the input. */
export const seal: Mode = async (work) => {
  const { options, io } = work;
  const publicKey = await publicKeyOf(work);
  const namespace = await namespaceOf(options, io);
  const sealed = sealInput(String(await work.input()), { options, publicKey, namespace });
  return sealed.map((each) => objectText(each, options.format)).join('');
};

/** `--merge-into FILE`: adds the sealed items to a file, whose name, namespace and scope hold. */
export const mergeInto: Mode = async (work) => {
  const { options, io } = work;
  const publicKey = await publicKeyOf(work);
  const name = options.flags.string('merge-into');
  const file = path.resolve(io.cwd, name);
  const [into, ...more] = readSealedSecrets(await readText(name, io));
  if (into === undefined || more.length > 0) {
    throw new KnownError('invalid', `${name}: must hold exactly one SealedSecret`);
  }
  const { metadata } = into;
  const namespace = await namespaceOf(options, io);
  const force = { name: metadata.name, namespace: metadata.namespace };
  const sealing = { options, publicKey, namespace, force };
  const merged = sealInput(String(await work.input()), sealing).reduce(mergeOne, into);
  const text = objectText(orderedSealedSecret(merged), options.format);
  // In place, so that links and permissions stay; nothing is written unless all went well.
  await writeFile(file, text);
  return '';
};

function mergeOne(into: SealedSecret, update: SealedSecret): SealedSecret {
  const [a, b] = [into.spec.template ?? {}, update.spec.template ?? {}];
  const metadata: TemplateMetadata = { ...a.metadata };
  for (const field of ['annotations', 'labels'] as const) {
    const both = { ...a.metadata?.[field], ...b.metadata?.[field] };
    if (Object.keys(both).length > 0) metadata[field] = both;
  }
  const data = { ...a.data, ...b.data };
  return {
    ...into,
    spec: {
      ...into.spec,
      encryptedData: { ...into.spec.encryptedData, ...update.spec.encryptedData },
      template: { ...a, metadata, ...(Object.keys(data).length > 0 ? { data } : {}) },
    },
  };
}

/** `--raw`: seals one value. */
export const raw: Mode = async (work) => {
  const { options, io } = work;
  const publicKey = await publicKeyOf(work);
  const { scope, flags } = options;
  const namespace = scope === 'cluster-wide' ? '' : await namespaceOf(options, io);
  const name = flags.string('name');
  if (scope === 'strict' && name === '') {
    throw new KnownError('invalid', `must provide the --name flag with --raw and --scope ${scope}`);
  }
  const files = flags.list('from-file');
  if (files.length > 1) {
    throw new KnownError(
      'invalid',
      'must provide only one --from-file when encrypting a single item with --raw',
    );
  }
  const plain = files[0] === undefined ? await work.input() : await readItem(files[0], work);
  return sealValue(publicKey, plain, labelOf({ namespace, name }, scope)).toString('base64');
};

/** `[key=]path` */
function readItem(text: string, { io, input }: Work): Promise<Buffer> {
  const file = text.slice(text.indexOf('=') + 1);
  return file === '/dev/stdin' ? input() : readBytes(file, io);
}

/** `--validate`: asks the controller whether each object opens. */
export const validate: Mode = async ({ options, io, input }) => {
  const controller = await findController(options, io);
  let sealed: SealedSecret[];
  try {
    sealed = readSealedSecrets(String(await input()));
  } catch {
    throw new KnownError('invalid', 'unable to decrypt sealed secret');
  }
  for (const each of sealed) {
    const answer = await controller.post('/v1/verify', each);
    if (answer.ok) continue;
    const { name } = each.metadata;
    if (answer.status === 409) {
      throw new KnownError('invalid', `unable to decrypt sealed secret: ${name}`);
    }
    const message = await messageOfAnswer(answer);
    throw new KnownError('failed', `cannot validate sealed secret: ${message}`);
  }
  return '';
};

/** `--re-encrypt`: has the controller seal each object anew with its newest key. */
export const reEncrypt: Mode = async ({ options, io, input }) => {
  const controller = await findController(options, io);
  const texts: string[] = [];
  for (const each of readSealedSecrets(String(await input()))) {
    const answer = await controller.post('/v1/rotate', each);
    if (answer.status === 409) throw new KnownError('invalid', 'unable to rotate secret');
    if (!answer.ok) {
      const message = await messageOfAnswer(answer);
      throw new KnownError('failed', `cannot re-encrypt secret: ${message}`);
    }
    const again = parseSealedSecret(await answer.json());
    const metadata: Partial<ObjectMeta> = { ...again.metadata };
    for (const field of ['creationTimestamp', 'deletionTimestamp', 'generation'] as const) {
      delete metadata[field];
    }
    const clean = { ...again, metadata: metadata as ObjectMeta };
    texts.push(objectText(orderedSealedSecret(clean), options.format));
  }
  return texts.join('');
};

/** `--recovery-unseal`: opens one object with private keys from files; needs no cluster. */
export const recoveryUnseal: Mode = async ({ options, io, input }) => {
  const ring = createKeyRing();
  for (const file of options.flags.list('recovery-private-key')) {
    for (const key of privateKeysOf(await readText(file, io))) ring.add(key);
  }
  const [sealed] = readSealedSecrets(String(await input()));
  if (sealed === undefined) throw new KnownError('invalid', 'no sealed secret in the input');
  const render = templateRenderer(io.clock);
  return objectText(await unsealSecret(sealed, { ring, render }), options.format);
};

/** Keys of a file: PEM, or backed-up key Secrets, alone, as a stream or as a List. */
function privateKeysOf(text: string): KeyObject[] {
  if (text.includes('PRIVATE KEY-----') && !text.includes('tls.key')) return [privateKeyOf(text)];
  const objects = readObjects(text).flatMap((each) =>
    each.kind === 'List' && Array.isArray(each.items) ? each.items.filter(isRecord) : [each],
  );
  return objects.map(({ data }) => {
    const coded = isRecord(data) ? data['tls.key'] : undefined;
    if (typeof coded !== 'string') {
      throw new KnownError('invalid', "secret must contain a 'tls.data' key");
    }
    return privateKeyOf(decodeBase64(coded).toString());
  });
}

/** A file's bytes, or kubeseal's one text for every way in which that can fail. */
export async function readSecretFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new KnownError('not-found', 'Could not read file specified with --secret-file');
  }
}
