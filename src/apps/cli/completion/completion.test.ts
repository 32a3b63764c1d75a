import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { program } from './index.ts';

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (chunk: string | Uint8Array) => void (written[name] += String(chunk)),
  });
  const code = await program(argv, {
    stdin: (async function* () {})(),
    stdout: to('out'),
    stderr: to('err'),
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, ...written };
}

describe('trice completion', () => {
  it('completes groups in bash, and shells after itself', async () => {
    const { out } = await run('bash');
    const completed = (line: string): string => {
      const words = line.split(' ');
      const set = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}`;
      const script = `${out}\n${set}\n_trice\nprintf '%s ' "\${COMPREPLY[@]}"`;
      return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim();
    };
    expect(completed('trice kub')).toBe('kubeseal');
    expect(completed('trice completion ')).toBe('bash fish zsh');
  });

  it.each(['fish', 'zsh'])('has a script for %s', async (shell) => {
    expect((await run(shell)).out).toContain('kubeseal');
  });

  it('refuses a shell that it does not know', async () => {
    const { code, err } = await run('tcsh');
    expect([code, err]).toEqual([1, expect.stringContaining('one of bash, fish, zsh')]);
  });
});
