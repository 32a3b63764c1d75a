import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import { fingerprintOf, modulusOf } from './certificate.ts';
import { openValue, partsOf } from './sealed-value.ts';
import type { CryptoKey, SealedParts } from './sealed-value.ts';

/** What is known of how a value was sealed. Only an order of trial comes of it: it may be wrong. */
export interface SealedClue {
  /** Fingerprint of the key that is said to open it. */
  readonly fingerprint?: string | undefined;
  /** It was sealed before this, most likely with the newest key there was. */
  readonly sealedBefore?: Date | undefined;
}

/** Private keys that may open a sealed value. There is no key id in a value, so they are tried in turn. */
export interface KeyRing {
  /** Adds a key; adding it again changes nothing. Gives its fingerprint. `since`: when it was made. */
  add(key: KeyObject, since?: Date): string;
  remove(fingerprint: string): void;
  readonly size: number;
  /**
   * The plain value. One try is enough where the clue is right, or when the value was opened, or did
   * not open, before; else every key is tried, a few at a time.
   * @throws {KnownError} `invalid`: too short, or `no key could decrypt secret`.
   */
  open(sealed: Uint8Array, label: Uint8Array, clue?: SealedClue): Promise<Buffer>;
}

interface Held {
  readonly fingerprint: string;
  readonly key: CryptoKey;
  readonly modulus: Buffer;
  readonly sinceMs: number;
}

const remembered = 10_000;
// Node's pool has four threads unless told otherwise; each try runs on one of them.
const triesAtOnce = 4;

/**
 * A ring of keys. It remembers which key opened a value, and which values no key opened, so that the
 * cost of looking again does not grow with the number of keys.
 */
export function createKeyRing(keys: Iterable<KeyObject> = []): KeyRing {
  const held = new Map<string, Held>();
  const openedBy = new Memory<string>();
  // A value that did not open needs no other look until a key comes in.
  const failedAt = new Memory<number>();
  let additions = 0;
  let lastUsed: string | undefined;

  const ring: KeyRing = {
    add(key, since) {
      const fingerprint = fingerprintOf(key);
      if (held.has(fingerprint)) return fingerprint;
      additions += 1;
      held.set(fingerprint, {
        fingerprint,
        key: key.toCryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt']),
        modulus: modulusOf(key),
        sinceMs: since?.getTime() ?? 0,
      });
      return fingerprint;
    },
    remove(fingerprint) {
      held.delete(fingerprint);
    },
    get size() {
      return held.size;
    },
    async open(sealed, label, clue = {}) {
      const parts = partsOf(sealed);
      const id = digestOf(parts.wrapped);
      const failure = digestOf(sealed, label);
      const named = [openedBy.get(id), clue.fingerprint, lastUsed];
      const candidates = inOrder(held, named, clue.sealedBefore).filter(fits(parts.wrapped));
      const isKnownToFail = failedAt.get(failure) === additions;
      const before = additions;
      const found = isKnownToFail ? undefined : await tryInTurn(candidates, parts, label);
      if (found === undefined) {
        failedAt.set(failure, before);
        throw new KnownError('invalid', 'no key could decrypt secret');
      }
      lastUsed = found.fingerprint;
      openedBy.set(id, found.fingerprint);
      return found.plain;
    },
  };
  for (const key of keys) ring.add(key);
  return ring;
}

/** The newest of what was told, up to a bound. */
class Memory<Value> {
  readonly #kept = new Map<string, Value>();

  get(id: string): Value | undefined {
    return this.#kept.get(id);
  }

  set(id: string, value: Value): void {
    this.#kept.delete(id);
    this.#kept.set(id, value);
    if (this.#kept.size > remembered) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

function digestOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update(`${part.length}`);
  return hash.digest('base64');
}

/**
 * Keys that somebody names come first; then the one that was newest when the value was sealed; then
 * the others, newest first. A stable sort: keys of unknown age stay as they were added.
 */
function inOrder(
  held: ReadonlyMap<string, Held>,
  named: ReadonlyArray<string | undefined>,
  sealedBefore: Date | undefined,
): Held[] {
  const first = named.flatMap((fingerprint) => held.get(fingerprint ?? '') ?? []);
  const byAge = [...held.values()].toSorted((a, b) => b.sinceMs - a.sinceMs);
  const then = sealedBefore?.getTime() ?? Infinity;
  const newestThen = byAge.filter(({ sinceMs }) => sinceMs <= then).slice(0, 1);
  return [...new Set([...first, ...newestThen, ...byAge])];
}

/** A wrapped key is a number below the modulus it was made with: this rules out keys at no cost. */
function fits(wrapped: Buffer): (held: Held) => boolean {
  return ({ modulus }) => wrapped.length === modulus.length && wrapped.compare(modulus) < 0;
}

interface Opened {
  readonly fingerprint: string;
  readonly plain: Buffer;
}

/** The likely ones alone, one after the other; then a few at a time, each on a thread of the pool. */
async function tryInTurn(
  candidates: readonly Held[],
  parts: SealedParts,
  label: Uint8Array,
): Promise<Opened | undefined> {
  const attempt = async ({ key, fingerprint }: Held): Promise<Opened | undefined> => {
    const plain = await openValue(key, parts, label);
    return plain && { fingerprint, plain };
  };
  let at = 0;
  while (at < candidates.length) {
    const batch = candidates.slice(at, at + (at < triesAtOnce ? 1 : triesAtOnce));
    const opened = (await Promise.all(batch.map(attempt))).find((each) => each !== undefined);
    if (opened !== undefined) return opened;
    at += batch.length;
  }
  return undefined;
}
