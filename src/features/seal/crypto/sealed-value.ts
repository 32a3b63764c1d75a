import {
  constants,
  createCipheriv,
  createDecipheriv,
  publicEncrypt,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';

// A sealed value is: two bytes, big-endian, with the length of R; R, the session key under RSA-OAEP
// (SHA-256 for both hashes, the scope as label); then the value under AES-256-GCM with that session
// key, a nonce of zeros (the key is used once) and no additional data, the tag at the end.
const sessionKeyBytes = 32;
const nonce = Buffer.alloc(12);
const tagBytes = 16;
const lengthBytes = 2;

/** Seals one value for the holder of the private key. `sessionKey` is only for test vectors. */
export function sealValue(
  publicKey: KeyObject,
  plain: Uint8Array,
  label: Uint8Array,
  sessionKey: Uint8Array = randomBytes(sessionKeyBytes),
): Buffer {
  const wrapped = publicEncrypt(
    {
      key: publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: label,
    },
    sessionKey,
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(wrapped.length);
  const cipher = createCipheriv('aes-256-gcm', sessionKey, nonce);
  return Buffer.concat([
    length,
    wrapped,
    cipher.update(plain),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** A sealed value in its two parts. */
export interface SealedParts {
  /** The session key, wrapped; as long as the modulus of the key it was wrapped with. */
  readonly wrapped: Buffer;
  /** Ciphertext and tag. */
  readonly body: Buffer;
}

/**
 * Takes a sealed value apart.
 * @throws {KnownError} `invalid` when it is too short to be one.
 */
export function partsOf(sealed: Uint8Array): SealedParts {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const end = bytes.length < lengthBytes ? Infinity : lengthBytes + bytes.readUInt16BE();
  if (bytes.length < end) throw new KnownError('invalid', 'SealedSecret data is too short');
  return { wrapped: bytes.subarray(lengthBytes, end), body: bytes.subarray(end) };
}

/** Opens one sealed value with one key, off the main thread; undefined when this key or this label does not open it. */
export async function openValue(
  privateKey: CryptoKey,
  { wrapped, body }: SealedParts,
  label: Uint8Array,
): Promise<Buffer | undefined> {
  let sessionKey: Buffer;
  try {
    sessionKey = Buffer.from(
      await webcrypto.subtle.decrypt({ name: 'RSA-OAEP', label }, privateKey, wrapped),
    );
  } catch {
    return undefined;
  }
  if (sessionKey.length !== sessionKeyBytes || body.length < tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, nonce);
  decipher.setAuthTag(body.subarray(body.length - tagBytes));
  try {
    return Buffer.concat([
      decipher.update(body.subarray(0, body.length - tagBytes)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}

/** WebCrypto's own name for a key, which Node's types do not export under this one. */
export type CryptoKey = webcrypto.CryptoKey;
