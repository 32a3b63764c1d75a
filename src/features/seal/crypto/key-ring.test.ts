import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fingerprintOf } from './certificate.ts';
import { createKeyRing } from './key-ring.ts';
import type { KeyRing, SealedClue } from './key-ring.ts';
import { sealValue } from './sealed-value.ts';

const year = (number: number): Date => new Date(Date.UTC(number, 0));
const keys = Array.from({ length: 12 }, (_, at) => ({
  ...generateKeyPairSync('rsa', { modulusLength: 1024 }),
  since: year(2010 + at),
}));
const label = Buffer.from('dev/db');
const other = Buffer.from('dev/other');
const sealedWith = (at: number): Buffer => sealValue(keys[at]!.publicKey, Buffer.from('x'), label);

let tries = 0;
beforeEach(() => {
  tries = 0;
  const { decrypt } = webcrypto.subtle;
  vi.spyOn(webcrypto.subtle, 'decrypt').mockImplementation((...given) => {
    tries += 1;
    return decrypt.apply(webcrypto.subtle, given);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function fullRing(): KeyRing {
  const ring = createKeyRing();
  for (const { privateKey, since } of keys) ring.add(privateKey, since);
  return ring;
}

// A wrapped number may lie above some moduli, which rules those keys out: "at most" it is.
describe('how many keys are tried', () => {
  it.each<[string, number, SealedClue, number]>([
    ['the fingerprint beside the values', 3, { fingerprint: fingerprintOf(keys[3]!.publicKey) }, 1],
    ['the newest key when it was sealed', 3, { sealedBefore: new Date(Date.UTC(2013, 6)) }, 1],
    ['nothing, and the newest key', 11, {}, 1],
    ['nothing, and the oldest key', 0, {}, 12],
    ['a wrong fingerprint', 0, { fingerprint: fingerprintOf(keys[5]!.publicKey) }, 12],
    ['the fingerprint of a key that is not here', 0, { fingerprint: 'SHA256:nobody' }, 12],
    ['a time before every key', 2, { sealedBefore: year(1990) }, 12],
  ])('known: %s', async (_what, at, clue, most) => {
    expect(String(await fullRing().open(sealedWith(at), label, clue))).toBe('x');
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThanOrEqual(most);
  });

  it('is one for a value that was opened before', async () => {
    const ring = fullRing();
    const sealed = sealedWith(0);
    await ring.open(sealed, label);
    await ring.open(sealedWith(9), label);
    tries = 0;
    await ring.open(sealed, label);
    expect(tries).toBe(1);
  });

  it('is none for a value that did not open before, until a key comes in', async () => {
    const ring = createKeyRing(keys.slice(1).map(({ privateKey }) => privateKey));
    const sealed = sealedWith(0);
    await expect(ring.open(sealed, label)).rejects.toThrow('no key could decrypt secret');
    tries = 0;
    await expect(ring.open(sealed, label)).rejects.toThrow('no key could decrypt secret');
    expect(tries).toBe(0);
    ring.add(keys[0]!.privateKey);
    expect(String(await ring.open(sealed, label))).toBe('x');
  });

  it('is remembered for the label that failed alone', async () => {
    const ring = fullRing();
    const sealed = sealedWith(4);
    await expect(ring.open(sealed, other)).rejects.toThrow('no key could decrypt secret');
    expect(String(await ring.open(sealed, label))).toBe('x');
  });
});
