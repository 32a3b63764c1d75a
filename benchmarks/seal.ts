// Seals and unseals per second, and what 200 old keys cost: with the fingerprint beside the values,
// from memory, by the age of the object, and by trial of every key. Beside it the engine of the original
// kubeseal where it is on the PATH: what a value more costs one of its processes.
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
  type KeyRing,
} from '../src/features/seal/index.ts';
import { median, type Figure } from './figure.ts';
import { findOriginal, type Original } from './seal-original.ts';

// Keys of 4096 bits, the default, take a second each to make; the ratios are the same with these.
const bits = 2048;
const rounds = 60;
const warmUp = 20;
const trials = 5;
const counts = [1, 24, 200] as const;
const where = { namespace: 'dev', name: 'db' };

export async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const original = await findOriginal();
  for (const size of [2048, 4096]) {
    const publicKey = createPublicKey(await newKey(size));
    const label = labelOf(where, 'strict');
    const took = await timesOf(() => void sealValue(publicKey, Buffer.from('x'), label));
    const theirs = original && (await original.sealMs(size));
    const ratio = theirs === undefined ? '' : ` (${(theirs / took).toFixed(2)}× of kubeseal)`;
    figures.push({
      what: `seals per second, ${size} bits`,
      value: `${Math.round(1000 / took)}${ratio}`,
      ...(theirs === undefined ? {} : { goal: '≥ 1.3× of kubeseal' }),
    });
  }
  return [...figures, ...(await unsealFigures(original))];
}

/** The rings take turns, so that a busy machine is busy for all of them. */
async function unsealFigures(original: Original | undefined): Promise<Figure[]> {
  const key = await newKey(bits);
  const others: KeyObject[] = [];
  while (others.length < Math.max(...counts) - 1) others.push(await newKey(bits));
  const rings = counts.map((count) => ({
    count,
    keys: [...others.slice(0, count - 1), key],
    times: {
      hint: [] as number[],
      memory: [] as number[],
      age: [] as number[],
      trial: [] as number[],
    },
  }));
  const kept = rings.map(({ keys }) => createKeyRing(keys));
  for (let round = -warmUp; round < rounds; round += 1) {
    const hinted = sealedFor(key, true);
    for (const [index, { times }] of rings.entries()) {
      const first = await took(hinted, kept[index]!);
      const again = await took(hinted, kept[index]!);
      if (round < 0) continue;
      times.hint.push(first);
      times.memory.push(again);
    }
  }
  for (const { keys, times } of rings) {
    for (let round = 0; round < trials; round += 1) {
      times.trial.push(await took(sealedFor(key, false), createKeyRing(keys)));
      times.age.push(await took(since(sealedFor(key, false), keys.length), agedRing(keys)));
    }
  }
  const one = median(rings[0]!.times.hint);
  const row = (what: string, times: readonly number[], goal?: string): Figure => ({
    what: `unseal, ${what}`,
    value: `${median(times).toFixed(2)} ms (${(median(times) / one).toFixed(2)}×)`,
    ...(goal === undefined ? {} : { goal }),
  });
  const theirs = original && (await original.unsealMs(key, others));
  const ours = rings.flatMap(({ count, times }) => {
    const keys = `${count} key${count === 1 ? '' : 's'}`;
    return [
      row(`${keys}, fingerprint beside the values`, times.hint, '≤ 1.2×'),
      row(`${keys}, seen before`, times.memory, '≤ 1.2×'),
      row(`${keys}, first time, by the age of the object`, times.age),
      row(`${keys}, first time, by trial`, times.trial),
    ];
  });
  if (theirs === undefined) return ours;
  const value = `${theirs.toFixed(2)} ms (${(theirs / one).toFixed(2)}×)`;
  return [...ours, { what: 'unseal, 200 keys, kubeseal --recovery-unseal', value }];
}

const year = (at: number): Date => new Date(Date.UTC(1900 + at, 0));

/** A new ring whose keys were made a year apart, in their order. */
function agedRing(keys: readonly KeyObject[]): KeyRing {
  const ring = createKeyRing();
  for (const [at, each] of keys.entries()) ring.add(each, year(at));
  return ring;
}

/** The object as the cluster holds it, made when so many keys were there. */
function since(sealed: SealedSecret, keys: number): SealedSecret {
  return {
    ...sealed,
    metadata: { ...sealed.metadata, creationTimestamp: year(keys).toISOString() },
  };
}

function sealedFor(key: KeyObject, hasHint: boolean): SealedSecret {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: where, stringData: { k: 'x' } };
  const sealed = sealSecret(secret, createPublicKey(key));
  const hint = hasHint ? { [annotations.sealedFor]: fingerprintOf(key) } : {};
  return { ...sealed, metadata: { ...sealed.metadata, annotations: hint } };
}

async function took(sealed: SealedSecret, ring: KeyRing): Promise<number> {
  const render = (): never => {
    throw new Error('there are no templates');
  };
  const began = performance.now();
  await unsealSecret(sealed, { ring, render });
  return performance.now() - began;
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
