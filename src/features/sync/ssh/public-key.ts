import { createHash, createPublicKey } from 'node:crypto';
import { randomart } from './randomart.ts';

/** The public half of the deploy key, as fluxd's API tells it. */
export interface PublicKey {
  /** `ssh-rsa AAAA…` and a newline. */
  readonly key: string;
  readonly fingerprints: {
    readonly md5: { readonly hash: string; readonly randomart: string };
    readonly sha256: { readonly hash: string; readonly randomart: string };
  };
}

/**
 * The public key of a private key as OpenSSH writes it, with a newline: of RSA keys in PEM and of every
 * kind in OpenSSH's own form, whose public half lies open. `''` for what can be read in neither way.
 */
export function publicKeyText(privateKey: string): string {
  const own = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(privateKey)?.[1];
  const blob =
    own === undefined ? blobOfPem(privateKey) : blobOfOpenSsh(Buffer.from(own, 'base64'));
  if (blob === undefined) return '';
  const type = field(blob, 0)?.toString('latin1') ?? '';
  return `${type} ${blob.toString('base64')}\n`;
}

/** Key and fingerprints of a line such as `ssh-rsa AAAA…`. */
export function publicKeyOf(text: string): PublicKey {
  const blob = Buffer.from(text.split(' ')[1] ?? '', 'base64');
  const md5 = createHash('md5').update(blob).digest();
  const sha256 = createHash('sha256').update(blob).digest();
  const type = typeOf(text, blob);
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

/** `RSA 3072`, `ED25519 256`: what ssh-keygen writes above the picture. */
function typeOf(text: string, blob: Buffer): string {
  const name = text.split(' ', 1)[0] ?? '';
  if (name !== 'ssh-rsa') return `${name.replace(/^ssh-|-sha2-.*$/g, '').toUpperCase()} 256`;
  const modulus = field(blob, 2) ?? Buffer.alloc(0);
  return `RSA ${(modulus.length - (modulus[0] === 0 ? 1 : 0)) * 8}`;
}

function blobOfPem(pem: string): Buffer | undefined {
  try {
    const jwk = createPublicKey(pem).export({ format: 'jwk' });
    if (jwk.kty !== 'RSA') return undefined;
    const parts = [
      Buffer.from('ssh-rsa'),
      unsigned(Buffer.from(jwk.e ?? '', 'base64url')),
      unsigned(Buffer.from(jwk.n ?? '', 'base64url')),
    ];
    return Buffer.concat(parts.map(sized));
  } catch {
    return undefined;
  }
}

const magic = 'openssh-key-v1\0';

/** After the magic word: cipher, kdf, its options, the number of keys, the public key. */
function blobOfOpenSsh(bytes: Buffer): Buffer | undefined {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return undefined;
  const rest = bytes.subarray(magic.length);
  const before = [0, 1, 2].map((index) => field(rest, index)?.length ?? 0);
  const at = before.reduce((sum, length) => sum + length + 4, 4);
  return field(rest.subarray(at), 0);
}

/** The n-th field of length-prefixed ones; undefined where the bytes end before. */
function field(bytes: Buffer, index: number): Buffer | undefined {
  let at = 0;
  for (let passed = 0; ; passed += 1) {
    if (bytes.length < at + 4) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (bytes.length < end) return undefined;
    if (passed === index) return bytes.subarray(at + 4, end);
    at = end;
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
