// The engine of the original kubeseal, measured from outside: the time of a process with many values less
// that of one with a single value, shared among the values.
import { spawnSync } from 'node:child_process';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateKey, sealSecret } from '../src/features/seal/index.ts';
import { median } from './figure.ts';

/** What a value costs the original, in milliseconds. */
export interface Original {
  sealMs(bits: number): Promise<number>;
  /** With every one of the keys at hand, the one that fits first of them. */
  unsealMs(key: KeyObject, others: readonly KeyObject[]): Promise<number>;
}

const rounds = 5;
const sealed = 1500;
const opened = 40;

/** The original, where it is on the PATH. */
export async function findOriginal(): Promise<Original | undefined> {
  if (spawnSync('kubeseal', ['--version']).status !== 0) return undefined;
  return { sealMs, unsealMs };
}

async function sealMs(bits: number): Promise<number> {
  const { certificatePem } = await generateKey({
    bits,
    ttlMs: 3_600_000,
    commonName: '',
    now: new Date(),
  });
  return inFolder(async (dir) => {
    writeFileSync(path.join(dir, 'cert.pem'), certificatePem);
    return perValue(sealed, (count) => run(dir, ['--cert', 'cert.pem'], secretOf(count)));
  });
}

async function unsealMs(key: KeyObject, others: readonly KeyObject[]): Promise<number> {
  return inFolder(async (dir) => {
    const pem = [key, ...others].map((each) => each.export({ type: 'pkcs1', format: 'pem' }));
    for (const [at, each] of pem.entries()) writeFileSync(path.join(dir, `${at}.pem`), each);
    const files = pem.map((_, at) => `${at}.pem`).join(',');
    const args = ['--recovery-unseal', '--recovery-private-key', files];
    const input = (count: number): string =>
      JSON.stringify(sealSecret(JSON.parse(secretOf(count)), createPublicKey(key)));
    return perValue(opened, (count) => run(dir, args, input(count)));
  });
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-seal-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function secretOf(values: number): string {
  const data = Object.fromEntries(Array.from({ length: values }, (_, at) => [`k${at}`, 'eA==']));
  const metadata = { name: 'db', namespace: 'dev' };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, data });
}

function perValue(count: number, work: (count: number) => number): number {
  const times = (values: number): number =>
    median(Array.from({ length: rounds }, () => work(values)));
  return (times(count) - times(1)) / (count - 1);
}

function run(cwd: string, args: readonly string[], input: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync('kubeseal', args, { cwd, input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`kubeseal: ${String(stderr)}`);
  return performance.now() - began;
}
