import type { KeyObject } from 'node:crypto';
import { messageOf } from '../../../base/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { fingerprintOf, modulusOf } from '../crypto/certificate.ts';
import { partsOf } from '../crypto/sealed-value.ts';
import { hintOf } from './unseal-secret.ts';

/** Why one value cannot be opened by the holder of a key. */
export interface Misfit {
  /** Key of the item; empty for the object as a whole. */
  readonly key: string;
  readonly reason: string;
}

const tagBytes = 16;

/**
 * What tells, without any private key, that a SealedSecret was not sealed for a public key: bad
 * base64, cut values, another key's size, a wrapped number that is not below the modulus, or another
 * fingerprint beside the values. Nothing found is no proof that it opens: only the private key tells
 * about scope, namespace and name.
 */
export function misfitsOf(sealed: SealedSecret, publicKey: KeyObject): Misfit[] {
  const own = fingerprintOf(publicKey);
  const hint = hintOf(sealed.metadata);
  if (hint !== undefined && hint !== own) {
    return [{ key: '', reason: `sealed for the key ${hint}, not for ${own}` }];
  }
  const modulus = modulusOf(publicKey);
  return Object.entries(sealed.spec.encryptedData).flatMap(([key, value]) => {
    const reason = misfitOf(value, modulus);
    return reason === undefined ? [] : [{ key, reason }];
  });
}

function misfitOf(value: string, modulus: Buffer): string | undefined {
  try {
    const { wrapped, body } = partsOf(decodeBase64(value));
    if (wrapped.length !== modulus.length) {
      return `sealed for a key of ${wrapped.length * 8} bits, not of ${modulus.length * 8}`;
    }
    if (wrapped.compare(modulus) >= 0) return 'sealed for another key';
    return body.length < tagBytes ? 'SealedSecret data is too short' : undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
