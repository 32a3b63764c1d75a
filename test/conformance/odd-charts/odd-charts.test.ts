// Charts made at random, rendered by the real Helm: `answers.txt` has the beginning of the hash of what
// Helm 3.21.4 printed and how it ended, for seeds 0 to 299 ('-' where Helm itself answers differently
// from run to run). Where helm is on the PATH a few more are tried beside it.
// Written anew by TRICE_UPDATE_ANSWERS=1 with helm on the PATH.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../../src/apps/cli/helm/index.ts';
import { systemClock } from '../../../src/base/index.ts';
import { findProgram } from '../../programs.ts';
import { oddChart } from './odd-chart.ts';
import { Random } from './random.ts';

const seeds = 300;
const file = path.join(import.meta.dirname, 'answers.txt');
const real = findProgram('helm');
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'odd-charts-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function place(seed: number): Promise<{ cwd: string; args: string[] }> {
  const { files, args } = oddChart(new Random(seed * 7919 + 13));
  const cwd = path.join(dir, String(seed));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
    await writeFile(path.join(cwd, name), text);
  }
  return { cwd, args };
}

/** What was printed, and the error: what is logged is in another order in each run of Helm. */
interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

const errorIn = (err: string): string => /^Error: [^]*/m.exec(err)?.[0] ?? '';

async function ours({ cwd, args }: { cwd: string; args: string[] }): Promise<Answer> {
  let [out, err] = ['', ''];
  const code = await program(args, {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY: false },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY: false },
    env: { HOME: cwd, KUBECONFIG: path.join(cwd, 'none') },
    cwd,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, out, error: errorIn(err) };
}

function theirs({ cwd, args }: { cwd: string; args: string[] }): Answer {
  const env = { HOME: cwd, KUBECONFIG: path.join(cwd, 'none') };
  const { status, stdout, stderr } = spawnSync(real ?? '', args, { cwd, env, encoding: 'utf8' });
  return { code: status, out: stdout, error: errorIn(stderr) };
}

function hashOf({ code, out, error }: Answer): string {
  return createHash('sha256')
    .update(JSON.stringify([code, out, error]))
    .digest('hex')
    .slice(0, 10);
}

describe('odd charts', () => {
  it(`Helm’s answers for ${seeds} of them`, async () => {
    const isUpdate = process.env['TRICE_UPDATE_ANSWERS'] === '1';
    if (isUpdate) await writeFile(file, await answers());
    const stored = (await readFile(file, 'utf8')).trim().split('\n');
    const wrong: number[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const answer = stored[seed];
      if (answer !== '-' && hashOf(await ours(await place(seed))) !== answer) wrong.push(seed);
    }
    expect(stored).toHaveLength(seeds);
    expect(wrong).toEqual([]);
  }, 600_000);

  it.skipIf(real === undefined)(
    'helm: others beside it',
    async () => {
      for (let seed = seeds; seed < seeds + 12; seed++) {
        const chart = await place(seed);
        const answer = theirs(chart);
        // Helm's own answer may depend on the order of a Go map.
        if (hashOf(theirs(chart)) !== hashOf(answer)) continue;
        expect({ seed, ...(await ours(chart)) }).toEqual({ seed, ...answer });
      }
    },
    120_000,
  );
});

async function answers(): Promise<string> {
  const lines: string[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const chart = await place(seed);
    const all = new Set([0, 1, 2].map(() => hashOf(theirs(chart))));
    lines.push(all.size === 1 ? [...all].join('') : '-');
  }
  return `${lines.join('\n')}\n`;
}
