// Seals and unseals per second, and what 200 old keys cost: with the fingerprint beside the values,
// from memory, and by trial, which is how an object of the original kubeseal is opened first.
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { annotations, type SealedSecret } from '../src/api/sealed-secret/index.ts';
import {
  createKeyRing,
  fingerprintOf,
  labelOf,
  sealSecret,
  sealValue,
  unsealSecret,
} from '../src/features/seal/index.ts';
import { median, type Figure } from './figure.ts';

// Keys of 4096 bits, the default, take a second each to make; the ratios are the same with these.
const bits = 2048;
const rounds = 60;
const counts = [1, 24, 200] as const;
const where = { namespace: 'dev', name: 'db' };

export async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const size of [2048, 4096]) {
    const publicKey = createPublicKey(await newKey(size));
    const label = labelOf(where, 'strict');
    const took = await timesOf(() => void sealValue(publicKey, Buffer.from('x'), label));
    figures.push({
      what: `seals per second, ${size} bits`,
      value: String(Math.round(1000 / took)),
    });
  }
  const key = await newKey(bits);
  const others: KeyObject[] = [];
  let one: number | undefined;
  for (const count of counts) {
    while (others.length < count - 1) others.push(await newKey(bits));
    const keys = [...others, key];
    const hinted = await unsealMs(keys, key, 'hint');
    one ??= hinted;
    const row = (how: string, ms: number, goal?: string): Figure => ({
      what: `unseal, ${count} key${count === 1 ? '' : 's'}, ${how}`,
      value: `${ms.toFixed(2)} ms (${(ms / one!).toFixed(2)}×)`,
      ...(goal === undefined ? {} : { goal }),
    });
    figures.push(row('fingerprint beside the values', hinted, '≤ 1.2×'));
    figures.push(row('seen before', await unsealMs(keys, key, 'memory'), '≤ 1.2×'));
    figures.push(row('first time, by trial', await unsealMs(keys, key, 'trial')));
  }
  return figures;
}

/** Middle time of opening one value, in milliseconds; each round with a ring that remembers nothing, but for `memory`. */
async function unsealMs(
  keys: readonly KeyObject[],
  key: KeyObject,
  how: 'hint' | 'memory' | 'trial',
): Promise<number> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: where, stringData: { k: 'x' } };
  const sealed: SealedSecret = sealSecret(secret, createPublicKey(key));
  const hint = how === 'hint' ? { [annotations.sealedFor]: fingerprintOf(key) } : {};
  const object = { ...sealed, metadata: { ...sealed.metadata, annotations: hint } };
  const render = (): never => {
    throw new Error('there are no templates');
  };
  const kept = createKeyRing(keys);
  // What runs first pays for the compiler.
  for (let round = 0; round < 20; round += 1) await unsealSecret(object, { ring: kept, render });
  const rings =
    how === 'memory'
      ? []
      : Array.from({ length: how === 'hint' ? 24 : 6 }, () => createKeyRing(keys));
  const open = (ring = kept): Promise<unknown> => unsealSecret(object, { ring, render });
  if (how === 'memory') return timesOf(() => open());
  const times: number[] = [];
  for (const ring of rings) {
    const began = performance.now();
    await open(ring);
    times.push(performance.now() - began);
  }
  return median(times);
}

async function timesOf(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}

async function newKey(modulusLength: number): Promise<KeyObject> {
  return (await promisify(generateKeyPair)('rsa', { modulusLength })).privateKey;
}
