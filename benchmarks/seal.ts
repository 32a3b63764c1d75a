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
  type KeyRing,
} from '../src/features/seal/index.ts';
import { median, type Figure } from './figure.ts';

// Keys of 4096 bits, the default, take a second each to make; the ratios are the same with these.
const bits = 2048;
const rounds = 60;
const warmUp = 20;
const trials = 5;
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
  return [...figures, ...(await unsealFigures())];
}

/** The rings take turns, so that a busy machine is busy for all of them. */
async function unsealFigures(): Promise<Figure[]> {
  const key = await newKey(bits);
  const others: KeyObject[] = [];
  while (others.length < Math.max(...counts) - 1) others.push(await newKey(bits));
  const rings = counts.map((count) => ({
    count,
    keys: [...others.slice(0, count - 1), key],
    times: { hint: [] as number[], memory: [] as number[], trial: [] as number[] },
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
    }
  }
  const one = median(rings[0]!.times.hint);
  const row = (what: string, times: readonly number[], goal?: string): Figure => ({
    what: `unseal, ${what}`,
    value: `${median(times).toFixed(2)} ms (${(median(times) / one).toFixed(2)}×)`,
    ...(goal === undefined ? {} : { goal }),
  });
  return rings.flatMap(({ count, times }) => {
    const keys = `${count} key${count === 1 ? '' : 's'}`;
    return [
      row(`${keys}, fingerprint beside the values`, times.hint, '≤ 1.2×'),
      row(`${keys}, seen before`, times.memory, '≤ 1.2×'),
      row(`${keys}, first time, by trial`, times.trial),
    ];
  });
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
