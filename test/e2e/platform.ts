import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { until, trice, type Shell } from './shell.ts';

/** What DIR/up.json says. */
export interface UpJson {
  readonly pid: number;
  readonly endpoints: Readonly<Record<'api' | 'git' | 'registry' | 'gateway' | 'ui', string>>;
  readonly kubeconfig: string;
  readonly credentials: Readonly<Record<'git' | 'gateway', string>>;
}

export interface Platform {
  readonly up: UpJson;
  readonly output: () => string;
  /** Ctrl-C, and waits for the end. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** `trice up --demo` on free ports, up to its line `ready`. */
export async function startPlatform(
  shell: Shell,
  dataDir: string,
  more: readonly string[] = ['--demo'],
): Promise<Platform> {
  const ports = ['api', 'git', 'registry', 'gateway', 'ui'].map((name) => `--${name}-port=0`);
  const child = spawn(trice, ['up', '--data', dataDir, ...ports, ...more], {
    env: shell.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(
    'the line ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`trice up ended with ${child.exitCode}`);
      return /^ready/m.test(output) ? true : undefined;
    },
    60_000,
  ).catch((thrown: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(thrown)}\n${output}`);
  });
  const up = JSON.parse(readFileSync(path.join(dataDir, 'up.json'), 'utf8')) as UpJson;
  return {
    up,
    output: () => output,
    stop: () => end(child, ended, 'SIGINT'),
    kill: () => end(child, ended, 'SIGKILL'),
  };
}

async function end(
  child: ChildProcess,
  ended: Promise<void>,
  signal: 'SIGINT' | 'SIGKILL',
): Promise<void> {
  child.kill(signal);
  await ended;
}
