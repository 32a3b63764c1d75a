import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { KnownError, messageOf, type Clock, type Logger } from '../../../base/index.ts';
import type {
  ContainerToStart,
  ExecCommand,
  Executing,
  Exited,
  RunningContainer,
} from '../driver.ts';
import type { Engine } from './engine.ts';
import { inspectOne } from './inspect.ts';

export interface Following {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the following, not the container. */
  readonly signal: AbortSignal;
  /** Only what was written at or after this moment. */
  readonly since?: Date;
}

/** A log that ended while its container runs on is followed again after this time. */
const againMs = 500;

/** A container of the engine: its output goes to the log, its end is told after the last of it. */
export function followContainer(
  id: string,
  log: ContainerToStart['log'],
  following: Following,
): RunningContainer {
  const { engine } = following;
  return {
    id: `${engine.name}://${id}`,
    exited: follow(id, log, following),
    kill: (signal) => {
      engine.ask(['kill', '--signal', signal, id]).then(
        ({ code, stderr }) => {
          // It may have ended in this moment.
          if (code !== 0) following.log.debug('a signal did not arrive', { signal, err: stderr });
        },
        (thrown: unknown) =>
          following.log.warn('a container could not be ended', { err: messageOf(thrown) }),
      );
    },
    exec: async (command) =>
      execute(engine, ['exec', ...streamFlags(engine, command)], id, command),
    attach: async (command) => execute(engine, attachArguments(command), id, command),
  };
}

async function follow(
  id: string,
  log: ContainerToStart['log'],
  { engine, clock, signal, since }: Following,
): Promise<Exited> {
  let from = since;
  for (;;) {
    const range = from === undefined ? [] : ['--since', from.toISOString()];
    const child = engine.open(['logs', '--follow', ...range, id], 'ignore');
    child.stdout?.on('data', (chunk: Buffer) => log('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => log('stderr', chunk));
    await closed(child, signal);
    // Left alone: it runs on, and nobody here hears of its end.
    if (signal.aborted) return new Promise<never>(() => {});
    from = clock.now();
    const found = await inspectOne(engine, id);
    if (found?.State.Running !== true) return exitOf(found);
    await clock.sleep(againMs, signal).catch(() => {});
  }
}

function exitOf(found: Awaited<ReturnType<typeof inspectOne>>): Exited {
  if (found === undefined)
    return {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'the container was removed',
    };
  const { ExitCode: exitCode = 0, OOMKilled: isOutOfMemory = false } = found.State;
  return { exitCode, ...(isOutOfMemory ? { reason: 'OOMKilled' } : {}) };
}

function closed(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const stop = (): void => void child.kill('SIGKILL');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  }).finally(() => signal.removeEventListener('abort', stop));
}

function streamFlags({ name }: Engine, { tty, stdin }: ExecCommand): string[] {
  if (tty && stdin !== undefined && name === 'docker')
    throw new KnownError(
      'unsupported',
      'docker gives no terminal to a program that has none itself: leave out --tty, or --stdin',
    );
  return [...(stdin === undefined ? [] : ['-i']), ...(tty ? ['-t'] : [])];
}

function attachArguments({ stdin }: Pick<ExecCommand, 'stdin'>): string[] {
  const closes = stdin === undefined ? ['--no-stdin'] : [];
  return ['attach', '--sig-proxy=false', ...closes];
}

async function execute(
  engine: Engine,
  args: readonly string[],
  id: string,
  wish: Omit<ExecCommand, 'command'> & { readonly command?: readonly string[] },
): Promise<Executing> {
  const { stdin, signal, command = [] } = wish;
  const child = engine.open([...args, id, ...command], stdin === undefined ? 'ignore' : 'pipe');
  if (stdin !== undefined && child.stdin !== null)
    // A program that does not read to the end closes the pipe; that is its own affair.
    void stdin.pipeTo(Writable.toWeb(child.stdin) as WritableStream<Uint8Array>).catch(() => {});
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new KnownError('failed', 'no output pipes');
  const stop = (): void => void child.kill('SIGKILL');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const exit = new Promise<number>((resolve) => {
    child.once('error', () => resolve(126));
    child.once('close', (code) => resolve(code ?? 137));
  }).finally(() => signal.removeEventListener('abort', stop));
  return { stdout: webStream(stdout), stderr: webStream(stderr), exit };
}

function webStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}
