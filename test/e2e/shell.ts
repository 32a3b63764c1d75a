import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../house/walls.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Shell {
  /** Runs a program; fails the test when its exit code is not 0 (see `tried` for that). Gives standard output. */
  run(program: string, args: readonly string[], how?: How): Promise<string>;
  /** The same, with the exit code as a result. */
  tried(program: string, args: readonly string[], how?: How): Promise<Ran>;
  readonly env: Readonly<Record<string, string>>;
}

export interface How {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The program under test. */
export const trice: string = path.join(root, 'bin/trice');

const timeoutMs = 60_000;

/** Programs run with an empty home and no configuration of the machine. */
export function createShell(home: string, more: Readonly<Record<string, string>> = {}): Shell {
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
    ...more,
  };
  const tried = (program: string, args: readonly string[], how: How = {}): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: how.cwd ?? home,
        env: { ...env, ...how.env },
        timeout: timeoutMs,
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({
          code: code ?? 1,
          out: Buffer.concat(out).toString(),
          err: Buffer.concat(err).toString(),
        }),
      );
      child.stdin.on('error', () => {});
      child.stdin.end(how.stdin ?? '');
    });
  return {
    env,
    tried,
    async run(program, args, how) {
      const ran = await tried(program, args, how);
      if (ran.code !== 0) {
        throw new Error(
          `${path.basename(program)} ${args.join(' ')} exited ${ran.code}:\n${ran.err}${ran.out}`,
        );
      }
      return ran.out;
    },
  };
}

/** Asks again until the answer is not undefined; fails with `what` and the last error after `ms`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  ms = 30_000,
): Promise<T> {
  const end = performance.now() + ms;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const found = await ask();
      if (found !== undefined) return found;
    } catch (thrown) {
      last = thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `waited ${ms} ms for ${what}${last === undefined ? '' : `; last: ${String(last)}`}`,
  );
}
