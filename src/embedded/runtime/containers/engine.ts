import { spawn, type ChildProcess } from 'node:child_process';
import { KnownError, messageOf } from '../../../base/index.ts';

export type EngineName = 'podman' | 'docker';

export interface EngineOptions {
  readonly name: EngineName;
  /** The environment of the engine's program: PATH, HOME, DOCKER_HOST, STORAGE_DRIVER … */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface RunHow {
  readonly signal?: AbortSignal;
  /** Written to its standard input. */
  readonly input?: Uint8Array;
  /** Beside the engine's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What one call of the engine's program gave. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A container engine's command line. */
export interface Engine {
  readonly name: EngineName;
  /** Runs it to its end, whatever the exit code. Throws a `KnownError` when it is not there. */
  ask(args: readonly string[], how?: RunHow): Promise<Answer>;
  /** Standard output of a call that must succeed; else a `KnownError('failed')` with the engine's words. */
  run(args: readonly string[], how?: RunHow): Promise<string>;
  /** Starts it with pipes, for what goes on. */
  open(args: readonly string[], stdin: 'ignore' | 'pipe'): ChildProcess;
}

/** The engine's program, found on the environment's PATH. */
export function openEngine({ name, environment }: EngineOptions): Engine {
  const open = (
    args: readonly string[],
    stdin: 'ignore' | 'pipe',
    more: RunHow['env'] = {},
  ): ChildProcess =>
    spawn(name, args, { env: { ...environment, ...more }, stdio: [stdin, 'pipe', 'pipe'] });
  const ask: Engine['ask'] = (args, { signal, input, env } = {}) =>
    answerOf(name, open(args, input === undefined ? 'ignore' : 'pipe', env), { input, signal });
  return {
    name,
    ask,
    open,
    run: async (args, how) => {
      const { code, stdout, stderr } = await ask(args, how);
      if (code === 0) return stdout;
      const verb = args.find((each) => !each.startsWith('-')) ?? '';
      throw new KnownError(
        'failed',
        `${name} ${verb}: ${lastWords(stderr) || `exit code ${code}`}`,
      );
    },
  };
}

function answerOf(
  name: string,
  child: ChildProcess,
  {
    input,
    signal,
  }: { readonly input: Uint8Array | undefined; readonly signal: AbortSignal | undefined },
): Promise<Answer> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  child.stdin?.on('error', () => {});
  if (input !== undefined) child.stdin?.end(input);
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  return new Promise<Answer>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new KnownError('failed', `${name} cannot be run (${messageOf(cause)}): install ${name}`, {
          cause,
        }),
      ),
    );
    child.once('close', (code) => resolve({ code: code ?? 137, ...text }));
  }).finally(() => signal?.removeEventListener('abort', stop));
}

/** An engine's last line says what is wrong; the lines before are progress. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((each) => each.trim());
  const last = lines.findLast((each) => each !== '') ?? '';
  return last.replace(/^Error( response from daemon)?: /, '');
}
