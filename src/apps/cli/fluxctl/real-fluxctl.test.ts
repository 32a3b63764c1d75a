import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import { program } from './index.ts';

// Side by side with the original, where it is on the PATH (and is no link to us).
const url = 'http://127.0.0.1:1/api/flux';
const real = (...argv: string[]) => {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', FLUX_URL: url };
  const { status, stdout, stderr } = spawnSync('fluxctl', argv, { env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};
const found = spawnSync('fluxctl', ['completion', 'bash'], { encoding: 'utf8' });
// The original's script has cobra's own functions in it.
const isReal = found.status === 0 && found.stdout.includes('__start_fluxctl');

async function ours(...argv: string[]) {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: { isTTY: false, write: (chunk) => void (err += String(chunk)) },
    env: { FLUX_URL: url },
    cwd: '/',
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { code: await program(argv, io), out, err };
}

describe.skipIf(!isReal)('fluxctl on the PATH says the same', () => {
  it.each(
    `automate completion deautomate identity list-workloads lock release save sync unlock version`
      .split(' ')
      .map((name) => [name]),
  )('%s --help', async (name) => {
    expect(await ours(name, '--help')).toEqual(real(name, '--help'));
  });

  it.each([
    ['--help'],
    ['nope'],
    ['version', 'x'],
    ['lock'],
    ['release'],
    ['release', '--all'],
    ['release', '--all', '--update-all-images', '--force'],
    ['release', '--all', '--update-image=a:1', '--update-all-images'],
    ['release', '--all', '--update-image=a:1', '--watch', '--dry-run'],
    ['completion'],
    ['completion', 'csh'],
    ['completion', 'a', 'b'],
    ['list-workloads', '--bad'],
    ['list-workloads', '-o', 'xml'],
    ['policy', '-w', 'a:b/c', '--automate', '--deautomate'],
    ['policy', '-w', 'a:b/c', '--tag', 'x'],
  ])('%s %s %s', async (...argv) => {
    const words = argv.filter((word) => typeof word === 'string');
    expect(await ours(...words)).toEqual(real(...words));
  });
});
