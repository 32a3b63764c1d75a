import { createHash, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { isRecord } from '../../base/index.ts';
import type { Key, KubeObject, Logger } from '../../base/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { randomart } from './randomart.ts';
import { ensureNamespace } from './state-object.ts';

/** The public half of the deploy key, as fluxd's API tells it. */
export interface PublicKey {
  /** `ssh-rsa AAAA…` and a newline. */
  readonly key: string;
  readonly fingerprints: {
    readonly md5: { readonly hash: string; readonly randomart: string };
    readonly sha256: { readonly hash: string; readonly randomart: string };
  };
}

/** The SSH key that a person adds to the repository as a deploy key. */
export interface DeployKey {
  read(): Promise<PublicKey>;
  /** Replaces it by a new one. */
  regenerate(): Promise<PublicKey>;
}

const generate = promisify(generateKeyPair);
const bits = 3072;

/** The key kept in a Secret under `identity` and `identity.pub`; made at its first use. */
export function createDeployKey(cluster: Cluster, secret: Key, log: Logger): DeployKey {
  let known: Promise<PublicKey> | undefined;
  const load = async (isNew: boolean): Promise<PublicKey> => {
    const live = await cluster.get(kinds.Secret, secret);
    const pem = isNew ? undefined : textOf(live, 'identity');
    const text = pem === undefined ? await makeKey(cluster, secret, live) : publicText(pem);
    log.info('', { component: 'cluster', 'identity.pub': text.trim() });
    return publicKey(text);
  };
  const remembered = (isNew: boolean): Promise<PublicKey> => {
    known = load(isNew);
    known.catch(() => (known = undefined));
    return known;
  };
  return { read: () => known ?? remembered(false), regenerate: () => remembered(true) };
}

async function makeKey(
  cluster: Cluster,
  secret: Key,
  live: KubeObject | undefined,
): Promise<string> {
  const { privateKey } = await generate('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const text = publicText(privateKey);
  const data = {
    identity: Buffer.from(privateKey).toString('base64'),
    'identity.pub': Buffer.from(text).toString('base64'),
  };
  if (live !== undefined) {
    await cluster.patch(kinds.Secret, secret, { data }, { type: 'merge' });
    return text;
  }
  if (secret.namespace !== undefined) await ensureNamespace(cluster, secret.namespace);
  const metadata = { ...secret };
  await cluster.create(kinds.Secret, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  return text;
}

function textOf(secret: KubeObject | undefined, key: string): string | undefined {
  const data = secret?.['data'];
  const value = isRecord(data) ? data[key] : undefined;
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

/** The public key of a PEM private key as OpenSSH writes it; `''` for a key in a form that Node cannot read. */
function publicText(pem: string): string {
  try {
    const jwk = createPublicKey(pem).export({ format: 'jwk' });
    if (jwk.kty !== 'RSA') return '';
    const parts = [
      Buffer.from('ssh-rsa'),
      unsigned(Buffer.from(jwk.e ?? '', 'base64url')),
      unsigned(Buffer.from(jwk.n ?? '', 'base64url')),
    ];
    return `ssh-rsa ${Buffer.concat(parts.map(sized)).toString('base64')}\n`;
  } catch {
    return '';
  }
}

/** A leading zero keeps a number positive. */
function unsigned(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

function publicKey(text: string): PublicKey {
  const blob = Buffer.from(text.split(' ')[1] ?? '', 'base64');
  const md5 = createHash('md5').update(blob).digest();
  const sha256 = createHash('sha256').update(blob).digest();
  const type = `RSA ${bits}`;
  return {
    key: text,
    fingerprints: {
      md5: {
        hash: md5.toString('hex').replaceAll(/(..)(?!$)/g, '$1:'),
        randomart: randomart(md5, { top: type, bottom: 'MD5' }),
      },
      sha256: {
        hash: sha256.toString('base64').replace(/=+$/, ''),
        randomart: randomart(sha256, { top: type, bottom: 'SHA256' }),
      },
    },
  };
}
