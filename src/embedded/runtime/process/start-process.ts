import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { isRecord, KnownError, messageOf, type Clock } from '../../../base/index.ts';
import type {
  ContainerToStart,
  ExecCommand,
  Executing,
  Exited,
  RunningContainer,
} from '../driver.ts';
import type { Pod } from '../pod/pod.ts';
import type { LocalImage } from './images.ts';
import { byLength, hostPathOf, mapArgument } from './map-paths.ts';
import { forget, noteProcess } from './strangers.ts';

/** Where the processes of a pod run. */
export interface ProcessPlace {
  readonly clock: Clock;
  readonly pod: Pod;
  /** Paths below it are this machine's own. */
  readonly dataDir: string;
  /** The pod's own folder. */
  readonly dir: string;
  readonly address?: string;
  /** URL of the preload. */
  readonly preload: string;
  readonly recordsDir: string;
  readonly path: string;
  readonly namesFile?: string;
  /** A process listens: on which port it believes, and on which it does. */
  readonly listening: (port: number, actual: number) => void;
}

/** A container that is a group of processes; `pid` is its leader. */
export interface StartedProcess extends RunningContainer {
  readonly pid: number;
}

/** Starts a container as a process group of its own. */
export async function startProcess(
  container: ContainerToStart,
  image: LocalImage,
  place: ProcessPlace,
): Promise<StartedProcess> {
  const { uid = '' } = place.pod.metadata;
  const env = processEnv(container, image, place);
  const cwd = workingDir(container, image);
  const [file = '', ...args] = commandOf(container, image);
  const child = spawn(programOf(file, image, place), args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  await spawned(child, container.spec.name, file);
  const { pid = 0 } = child;
  try {
    noteProcess(place.recordsDir, { pid, uid });
  } catch (cause) {
    // What is not written down could not be found again after a crash.
    killGroup(pid, 'SIGKILL');
    throw new KnownError('failed', `process ${pid} could not be noted: ${messageOf(cause)}`, {
      cause,
    });
  }
  child.on('message', (message) => {
    const news = isRecord(message) ? message['triceListening'] : undefined;
    if (isRecord(news)) place.listening(Number(news['port']), Number(news['actual']));
  });
  child.stdout?.on('data', (chunk: Buffer) => container.log('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => container.log('stderr', chunk));
  const exited = exitOf(child, place.clock).then((exit) => {
    killGroup(pid, 'SIGKILL');
    forget(place.recordsDir, pid);
    return exit;
  });
  return {
    pid,
    id: `process://${uid}-${container.spec.name}-${container.attempt}-${pid}`,
    exited,
    kill: (signal) => {
      if (child.exitCode === null && child.signalCode === null) killGroup(pid, signal);
    },
    exec: (command) => execute(command, { container, image, place, env, cwd }),
  };
}

function spawned(child: ChildProcess, container: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const message = `container ${container} could not be started (${file}): ${messageOf(cause)}`;
      reject(new KnownError('failed', message, { cause }));
    });
  });
}

/** The group, so that what the program has started itself ends too. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/** Both outputs are read to their end before the end is told. */
function exitOf(child: ChildProcess, clock: Clock): Promise<Exited> {
  return new Promise((resolve) => {
    let exit: Exited | undefined;
    const tell = (): void => {
      if (exit !== undefined) resolve(exit);
    };
    child.on('error', () => {});
    child.on('exit', (code, signal) => {
      const number = signal === null ? undefined : constants.signals[signal];
      exit =
        number === undefined ? { exitCode: code ?? 0 } : { exitCode: 128 + number, signal: number };
      // A grandchild may hold the outputs open; it is killed, and is not waited for.
      void clock.sleep(drainMs).then(tell);
    });
    child.on('close', tell);
  });
}

const drainMs = 200;

function commandOf(container: ContainerToStart, image: LocalImage): string[] {
  const { command, args, mounts } = container;
  // As in Kubernetes: a command replaces entrypoint and arguments of the image, args alone only the latter.
  const base = command ?? image.recipe.command;
  const all =
    command === undefined && args !== undefined ? [...base, ...args] : [...base, ...(args ?? [])];
  return all.map((each) => mapArgument(each, mounts));
}

function workingDir({ spec, mounts }: ContainerToStart, image: LocalImage): string {
  const { workingDir: wanted } = spec;
  if (wanted === undefined) return join(image.root, image.recipe.workdir);
  return hostPathOf(wanted, mounts) ?? join(image.root, wanted);
}

function programOf(file: string, image: LocalImage, place: ProcessPlace): string {
  const name = basename(file);
  // Whatever Node an image brought along cannot run here; ours takes its place.
  if (name === 'node' || name === 'nodejs') return process.execPath;
  if (!file.startsWith('/') || file.startsWith(place.dir)) return file;
  return hasOwn(image.root, file) ? join(image.root, file) : file;
}

function hasOwn(root: string, file: string): boolean {
  return file.startsWith('/home/') || file.startsWith('/app/') || file.startsWith(root);
}

function processEnv(
  { env, mounts }: ContainerToStart,
  image: LocalImage,
  place: ProcessPlace,
): Record<string, string> {
  const tmp = join(place.dir, 'tmp');
  mkdirSync(tmp, { recursive: true });
  const own = Object.fromEntries(
    image.env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );
  const settings = {
    mounts: byLength(mounts).map(({ mountPath, hostPath }) => [mountPath, hostPath]),
    dir: place.dataDir,
    namespace: place.pod.metadata.namespace ?? '',
    ...(place.address === undefined ? {} : { address: place.address }),
    ...(place.namesFile === undefined ? {} : { names: place.namesFile }),
  };
  const given = { ...own, ...env };
  const options = [given['NODE_OPTIONS'], `--import=${place.preload}`];
  return {
    ...given,
    PATH: `${dirname(process.execPath)}${delimiter}${place.path}`,
    HOME: given['HOME'] ?? tmp,
    TMPDIR: tmp,
    NODE_OPTIONS: options.filter((each) => each !== undefined && each !== '').join(' '),
    NODE_COMPILE_CACHE: join(place.recordsDir, '..', 'compile-cache'),
    TRICE_POD: JSON.stringify(settings),
  };
}

interface ExecPlace {
  readonly container: ContainerToStart;
  readonly image: LocalImage;
  readonly place: ProcessPlace;
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** A command beside the running program: same environment, folders and group rules. */
async function execute(
  { command, stdin, signal }: ExecCommand,
  { container, image, place, env, cwd }: ExecPlace,
): Promise<Executing> {
  const [file = '', ...args] = command.map((each) => mapArgument(each, container.mounts));
  const child = spawn(programOf(file, image, place), args, {
    cwd,
    env,
    detached: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  await spawned(child, container.spec.name, file);
  const { pid = 0, stdout, stderr } = child;
  if (stdin !== undefined && child.stdin !== null)
    // A program that does not read to the end closes the pipe; that is its own affair.
    void stdin.pipeTo(Writable.toWeb(child.stdin) as WritableStream<Uint8Array>).catch(() => {});
  const stop = (): void => killGroup(pid, 'SIGKILL');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const exit = exitOf(child, place.clock).then(({ exitCode }) => {
    signal.removeEventListener('abort', stop);
    return exitCode;
  });
  if (stdout === null || stderr === null) throw new KnownError('failed', 'no output pipes');
  return { stdout: webStream(stdout), stderr: webStream(stderr), exit };
}

function webStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}
