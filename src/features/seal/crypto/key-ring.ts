import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import { fingerprintOf, modulusOf } from './certificate.ts';
import { openValue, partsOf } from './sealed-value.ts';
import type { CryptoKey } from './sealed-value.ts';

/** Private keys that may open a sealed value. There is no key id in a value, so they are tried in turn. */
export interface KeyRing {
  /** Adds a key; adding it again changes nothing. Gives its fingerprint. */
  add(key: KeyObject): string;
  remove(fingerprint: string): void;
  readonly size: number;
  /**
   * The plain value. `hint` is the fingerprint of the key to try first.
   * @throws {KnownError} `invalid`: too short, or `no key could decrypt secret`.
   */
  open(sealed: Uint8Array, label: Uint8Array, hint?: string): Promise<Buffer>;
}

interface Held {
  readonly key: CryptoKey;
  readonly modulus: Buffer;
}

type Candidates = Generator<[fingerprint: string, key: Held]>;

const remembered = 10_000;

/** A ring of keys. It remembers which key opened a value, so that opening it again takes one try. */
export function createKeyRing(keys: Iterable<KeyObject> = []): KeyRing {
  const held = new Map<string, Held>();
  const openedBy = new Map<string, string>();
  let lastUsed: string | undefined;

  /** Likely keys first, without a look at the others: the cost does not grow with their number. */
  function* candidates(wrapped: Buffer, likely: ReadonlyArray<string | undefined>): Candidates {
    const seen = new Set<string>();
    for (const fingerprint of inTurn(likely, lastUsed, held)) {
      if (fingerprint === undefined || seen.has(fingerprint)) continue;
      seen.add(fingerprint);
      const each = held.get(fingerprint);
      if (each !== undefined && fits(wrapped, each.modulus)) yield [fingerprint, each];
    }
  }
  const remember = (id: string, fingerprint: string): void => {
    lastUsed = fingerprint;
    openedBy.set(id, fingerprint);
    if (openedBy.size > remembered) openedBy.delete(openedBy.keys().next().value!);
  };
  const ring: KeyRing = {
    add(key) {
      const fingerprint = fingerprintOf(key);
      if (!held.has(fingerprint)) {
        held.set(fingerprint, { key: toCryptoKey(key), modulus: modulusOf(key) });
      }
      return fingerprint;
    },
    remove(fingerprint) {
      held.delete(fingerprint);
    },
    get size() {
      return held.size;
    },
    async open(sealed, label, hint) {
      const parts = partsOf(sealed);
      const id = createHash('sha256').update(parts.wrapped).digest('base64');
      for (const [fingerprint, { key }] of candidates(parts.wrapped, [openedBy.get(id), hint])) {
        const plain = await openValue(key, parts, label);
        if (plain === undefined) continue;
        remember(id, fingerprint);
        return plain;
      }
      throw new KnownError('invalid', 'no key could decrypt secret');
    },
  };
  for (const key of keys) ring.add(key);
  return ring;
}

function* inTurn(
  likely: ReadonlyArray<string | undefined>,
  last: string | undefined,
  held: ReadonlyMap<string, Held>,
): Generator<string | undefined> {
  yield* likely;
  yield last;
  yield* held.keys();
}

/** A wrapped key is a number below the modulus it was made with: this rules out keys at no cost. */
function fits(wrapped: Buffer, modulus: Buffer): boolean {
  return wrapped.length === modulus.length && wrapped.compare(modulus) < 0;
}

function toCryptoKey(key: KeyObject): CryptoKey {
  return key.toCryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt']);
}
