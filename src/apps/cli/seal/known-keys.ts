import type { KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import {
  certificatesOf,
  createKeyRing,
  fingerprintOf,
  sealingKeyOf,
} from '../../../features/seal/index.ts';
import type { KeyRing } from '../../../features/seal/index.ts';
import type { Call, Flag } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';
import { privateKeysOf } from '../kubeseal/index.ts';

export const certFlag: Flag = {
  name: 'cert',
  type: 'string',
  usage: 'Certificate of the cluster, a PEM file (see kubeseal --fetch-cert)',
};
export const certsFlag: Flag = {
  name: 'cert',
  type: 'stringArray',
  usage: 'Certificate of a cluster, a PEM file; may be repeated',
};
export const privateKeysFlag: Flag = {
  name: 'private-key',
  type: 'stringArray',
  usage: 'Private key: a PEM file, or backed-up key Secrets in YAML or JSON; may be repeated',
};

/** A key, public or private, and when it was made where a certificate tells. */
export interface KnownKey {
  readonly fingerprint: string;
  readonly key: KeyObject;
  readonly notBefore: Date | undefined;
}

/** A file's text. Throws `KnownError('not-found')` that names it. */
export async function textOf(io: CliIo, file: string): Promise<string> {
  return (await bytesOf(io, file)).toString('utf8');
}

/** A file's bytes. Throws `KnownError('not-found')` that names it. */
export async function bytesOf(io: CliIo, file: string): Promise<Buffer> {
  try {
    return await readFile(path.resolve(io.cwd, file));
  } catch (thrown) {
    throw new KnownError('not-found', `${file}: ${messageOf(thrown)}`);
  }
}

/** The key of `--cert`, to seal with. Throws `KnownError` when it is missing, no RSA key, or expired. */
export async function sealingKey({ flags, io }: Call): Promise<KeyObject> {
  const file = flags.string('cert');
  if (file === '')
    throw new KnownError('invalid', '--cert is needed: the certificate to seal with');
  return sealingKeyOf(await textOf(io, file), io.clock.now());
}

/** The keys of every certificate that a repeatable `--cert` names. */
export async function certificateKeys({ flags, io }: Call): Promise<KnownKey[]> {
  const texts = await Promise.all(flags.list('cert').map((file) => textOf(io, file)));
  return texts.flatMap(certificatesOf).map((each) => knownKey(each.publicKey, each));
}

/** The keys that `--private-key` names, and a ring of them. */
export async function privateKeys({
  flags,
  io,
}: Call): Promise<{ keys: KnownKey[]; ring: KeyRing }> {
  const texts = await Promise.all(flags.list('private-key').map((file) => textOf(io, file)));
  const found = texts.flatMap(privateKeysOf);
  return {
    keys: found.map(({ privateKey, certificate }) => knownKey(privateKey, certificate)),
    ring: createKeyRing(found.map(({ privateKey }) => privateKey)),
  };
}

function knownKey(key: KeyObject, certificate: X509Certificate | undefined): KnownKey {
  return { fingerprint: fingerprintOf(key), key, notBefore: certificate?.validFromDate };
}
