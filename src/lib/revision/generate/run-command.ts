import { spawn } from 'node:child_process';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { Environment } from '../../git/index.ts';

export interface CommandToRun {
  readonly command: string;
  /** Working folder. */
  readonly cwd: string;
  /** An empty folder of its own, for `HOME`. */
  readonly home: string;
  readonly environment: Environment;
  /** Exactly these variables and PATH, instead of the few that are passed on: for updaters. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Ends the command and everything it started. */
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** More output than this ends it; 64 MiB unless told otherwise. */
  readonly maxOutputBytes?: number;
}

// Where programs are and how they speak. Never the rest: tokens and keys live in environments, and
// what a repository says must not read them.
const passedOn = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];
const usualPath = '/usr/local/bin:/usr/bin:/bin';
const maxErrorBytes = 16_384;

/**
 * Runs a command of a `.flux.yaml` as Flux does, by `/bin/sh -c`, and gives its standard output.
 * Throws a `KnownError` for another exit code than 0, too much output, or when the time is over.
 */
export async function runCommand(run: CommandToRun): Promise<string> {
  const { command, timeoutMs, clock } = run;
  const ended = new AbortController();
  const late = new AbortController();
  if (timeoutMs !== undefined) {
    const why = new KnownError('timeout', `"${command}" took longer than ${timeoutMs / 1000}s`);
    void clock.sleep(timeoutMs, ended.signal).then(
      () => late.abort(why),
      () => {},
    );
  }
  const stop = (): void => late.abort(run.signal.reason);
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    run.signal.throwIfAborted();
    return await collect(run, late);
  } finally {
    ended.abort();
    run.signal.removeEventListener('abort', stop);
  }
}

function collect(run: CommandToRun, late: AbortController): Promise<string> {
  const { command, cwd, home, maxOutputBytes = 64 * 1024 * 1024 } = run;
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: environmentOf(run, home),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output: Buffer[] = [];
    let errors = '';
    let bytes = 0;
    const kill = (): void => killGroup(child.pid);
    late.signal.addEventListener('abort', kill, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxOutputBytes) output.push(chunk);
      else late.abort(tooLarge(command, maxOutputBytes));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < maxErrorBytes) errors += chunk.toString('utf8');
    });
    child.on('error', (error) =>
      reject(new KnownError('failed', `cannot run "${command}": ${messageOf(error)}`)),
    );
    child.on('close', (code, signal) => {
      late.signal.removeEventListener('abort', kill);
      if (late.signal.aborted) reject(late.signal.reason as Error);
      else if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else {
        const how = code === null ? `was ended by ${signal}` : `exit status ${code}`;
        reject(new KnownError('failed', `${how}, stderr: ${errors.trim()}`));
      }
    });
  });
}

function environmentOf(run: CommandToRun, home: string): Record<string, string> {
  const { environment, variables } = run;
  if (variables !== undefined) return { PATH: environment['PATH'] ?? usualPath, ...variables };
  const env: Record<string, string> = { PATH: usualPath, HOME: home };
  for (const name of passedOn) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function tooLarge(command: string, bytes: number): KnownError {
  return new KnownError('too-large', `"${command}" wrote more than ${bytes} bytes`);
}

/** The shell and all that it started. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
