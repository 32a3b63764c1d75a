import type { KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { ObjectMeta } from '../../../base/index.ts';
import type { SealedSecret, TemplateMetadata } from '../../../api/sealed-secret/index.ts';
import { parseSealedSecret } from '../../../api/sealed-secret/index.ts';
import {
  certificatesOf,
  createKeyRing,
  labelOf,
  misfitsOf,
  resealSecret,
  sealingKeyOf,
  sealValue,
  templateRenderer,
  unsealSecret,
} from '../../../features/seal/index.ts';
import type { KeyRing } from '../../../features/seal/index.ts';
import type { CliIo } from '../io.ts';
import { openCertificate } from './certificate.ts';
import { findController, messageOfAnswer, namespaceOf } from './cluster.ts';
import type { Options } from './options.ts';
import { objectText, orderedSealedSecret } from './output.ts';
import { privateKeysOf } from './private-keys.ts';
import { readBytes, readText } from './read-file.ts';
import { readSealedSecrets } from './read-objects.ts';
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

/**
 * `--validate`: asks the controller whether each object opens. With `--cert` nobody is asked: it says
 * what a certificate alone can tell, see `misfitsOf`.
 */
export const validate: Mode = async (work) => {
  const { options, io, input } = work;
  if (options.flags.string('cert') !== '') return validateOffline(work);
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

async function validateOffline(work: Work): Promise<string> {
  const publicKey = certificatesOf(await openCertificate(work.options, work.io))[0]!.publicKey;
  for (const each of readSealedSecrets(String(await work.input()))) {
    const [misfit] = misfitsOf(each, publicKey);
    if (misfit === undefined) continue;
    const where = misfit.key === '' ? '' : ` (${misfit.key})`;
    throw new KnownError(
      'invalid',
      `unable to decrypt sealed secret: ${each.metadata.name}: ${misfit.reason}${where}`,
    );
  }
  return '';
}

type Rotate = (sealed: SealedSecret) => Promise<SealedSecret>;

/**
 * `--re-encrypt`: has the controller seal each object anew with its newest key; with
 * `--recovery-private-key` and `--cert` it happens here and no cluster is asked.
 */
export const reEncrypt: Mode = async (work) => {
  const { options, input } = work;
  const isOffline = options.flags.list('recovery-private-key').length > 0;
  const rotate = isOffline ? await rotateHere(work) : await rotateThere(work);
  const texts: string[] = [];
  for (const each of readSealedSecrets(String(await input()))) {
    const again = await rotate(each);
    const metadata: Partial<ObjectMeta> = { ...again.metadata };
    for (const field of ['creationTimestamp', 'deletionTimestamp', 'generation'] as const) {
      delete metadata[field];
    }
    const clean = { ...again, metadata: metadata as ObjectMeta };
    texts.push(objectText(orderedSealedSecret(clean), options.format));
  }
  return texts.join('');
};

async function rotateHere(work: Work): Promise<Rotate> {
  if (work.options.flags.string('cert') === '') {
    throw new KnownError('invalid', 'must provide the --cert flag with --recovery-private-key');
  }
  const [ring, publicKey] = [await ringOf(work), await publicKeyOf(work)];
  return (sealed) => resealSecret(sealed, ring, publicKey);
}

async function rotateThere({ options, io }: Work): Promise<Rotate> {
  const controller = await findController(options, io);
  return async (sealed) => {
    const answer = await controller.post('/v1/rotate', sealed);
    if (answer.status === 409) throw new KnownError('invalid', 'unable to rotate secret');
    if (answer.ok) return parseSealedSecret(await answer.json());
    const message = await messageOfAnswer(answer);
    throw new KnownError('failed', `cannot re-encrypt secret: ${message}`);
  };
}

/** The keys of `--recovery-private-key`. */
async function ringOf({ options, io }: Pick<Work, 'options' | 'io'>): Promise<KeyRing> {
  const ring = createKeyRing();
  for (const file of options.flags.list('recovery-private-key')) {
    for (const { privateKey } of privateKeysOf(await readText(file, io))) ring.add(privateKey);
  }
  return ring;
}

/** `--recovery-unseal`: opens one object with private keys from files; needs no cluster. */
export const recoveryUnseal: Mode = async ({ options, io, input }) => {
  const ring = await ringOf({ options, io });
  const [sealed] = readSealedSecrets(String(await input()));
  if (sealed === undefined) throw new KnownError('invalid', 'no sealed secret in the input');
  const render = templateRenderer(io.clock);
  return objectText(await unsealSecret(sealed, { ring, render }), options.format);
};

/** A file's bytes, or kubeseal's one text for every way in which that can fail. */
export async function readSecretFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new KnownError('not-found', 'Could not read file specified with --secret-file');
  }
}
