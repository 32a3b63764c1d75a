import { X509Certificate, createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KnownError, messageOf } from '../../../base/index.ts';

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Every certificate of a PEM text, in order. Throws `KnownError('invalid')` when there is none. */
export function certificatesOf(pem: string): X509Certificate[] {
  const found = pem.match(pemCertificate) ?? [];
  if (found.length === 0) {
    throw new KnownError('invalid', 'data does not contain any valid RSA or ECDSA certificates');
  }
  try {
    return found.map((each) => new X509Certificate(each));
  } catch (thrown) {
    throw new KnownError('invalid', `x509: malformed certificate: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/**
 * The key to seal with, from the first certificate of a PEM text.
 * @throws {KnownError} `invalid` when there is none, when its key is not RSA, or when it has expired.
 */
export function sealingKeyOf(pem: string, now: Date): KeyObject {
  const certificate = certificatesOf(pem)[0]!;
  const key = certificate.publicKey;
  if (key.asymmetricKeyType !== 'rsa') {
    throw new KnownError(
      'invalid',
      `expected RSA public key but found ${key.asymmetricKeyType ?? 'another kind'}`,
    );
  }
  if (now > certificate.validToDate) {
    const day = certificate.validToDate.toLocaleDateString('en-US', {
      year: 'numeric',
      month: 'long',
      day: 'numeric',
      timeZone: 'UTC',
    });
    throw new KnownError('invalid', `failed to encrypt using an expired certificate on ${day}`);
  }
  return key;
}

/**
 * An RSA private key from PEM, in PKCS #1 or PKCS #8.
 * @throws {KnownError} `invalid`; the text never holds a part of the key.
 */
export function privateKeyOf(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new KnownError('invalid', 'data does not contain a valid RSA or ECDSA private key');
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw new KnownError('invalid', 'private key is not an RSA key');
  }
  return key;
}

/** `SHA256:…` of a public key (or of a private key's public half), as OpenSSH writes it. */
export function fingerprintOf(key: KeyObject): string {
  const { n, e } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  const wire = Buffer.concat(
    [Buffer.from('ssh-rsa'), mpint(e ?? ''), mpint(n ?? '')].flatMap((part) => [
      lengthOf(part),
      part,
    ]),
  );
  return `SHA256:${createHash('sha256').update(wire).digest('base64').replace(/=+$/, '')}`;
}

/** The modulus of an RSA key, without leading zeros. */
export function modulusOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}

/** A positive number as SSH writes it: a leading zero byte keeps the sign bit clear. */
function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
