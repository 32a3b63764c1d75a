import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { KnownError, messageOf } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';

/** The machine's environment, as the apps read it. Only the names in `passedOn` reach git. */
export type Environment = Readonly<Record<string, string | undefined>>;

// Where to find programs and how to reach the network; never GIT_*, which could name programs to run.
const passedOn = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SYSTEMROOT',
];
const usualPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

const fixed: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
};

// What a repository's own configuration might say is overruled: nothing of it may start a program.
const settings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.sshCommand=ssh',
  'core.askPass=',
  'credential.helper=',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'safe.directory=*',
];

/** What git said, and how it ended. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitCall {
  readonly args: readonly string[];
  /** The repository: a bare folder, or a work tree. */
  readonly cwd?: string;
  readonly gitDir?: string;
  readonly input?: Uint8Array | string;
  /** Variables for this call; this is the way for secrets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs the git program. It never asks, never reads the machine's configuration, and runs no hook. */
export interface GitProgram {
  /** Starts git and leaves its streams to the caller. */
  start(call: GitCall): ChildProcessWithoutNullStreams;
  /** Runs git to its end, whatever its exit code. Standard output is limited to 1 GiB. */
  ask(call: GitCall): Promise<GitAnswer>;
  /** Runs git and gives its standard output; a non-zero exit is a `KnownError('failed')`. */
  run(call: GitCall): Promise<Buffer>;
  readonly clock: Clock;
}

const maxOutputBytes = 2 ** 30;
const killAfterMs = 2_000;

/** A git program that sees only what it needs of `environment`. */
export function createGitProgram(options: {
  readonly clock: Clock;
  readonly environment?: Environment;
}): GitProgram {
  const { clock, environment = {} } = options;
  const base: Record<string, string> = { PATH: usualPath };
  for (const name of passedOn) {
    const value = environment[name];
    if (value !== undefined) base[name] = value;
  }
  const start = (call: GitCall): ChildProcessWithoutNullStreams => {
    const chosen = settings.flatMap((setting) => ['-c', setting]);
    return spawn('git', [...chosen, ...call.args], {
      cwd: call.cwd,
      env: {
        ...base,
        ...fixed,
        ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }),
        ...call.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: call.signal !== undefined,
    });
  };
  const ask = (call: GitCall): Promise<GitAnswer> => collect(start(call), call, clock);
  const run = async (call: GitCall): Promise<Buffer> => {
    const answer = await ask(call);
    if (answer.code === 0) return answer.stdout;
    throw new KnownError('failed', `git ${call.args[0]} failed: ${lastLines(answer.stderr)}`);
  };
  return { start, ask, run, clock };
}

function collect(
  child: ChildProcessWithoutNullStreams,
  call: GitCall,
  clock: Clock,
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let outBytes = 0;
    let errBytes = 0;
    const kill = (): void => killGroup(child, clock);
    call.signal?.addEventListener('abort', kill, { once: true });
    if (call.signal?.aborted) kill();
    child.stdout.on('data', (chunk: Buffer) => {
      outBytes += chunk.length;
      if (outBytes > maxOutputBytes) kill();
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errBytes += chunk.length;
      if (errBytes <= 65_536) stderr.push(chunk);
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => reject(startError(error)));
    child.on('close', (code) => {
      call.signal?.removeEventListener('abort', kill);
      if (call.signal?.aborted) return reject(call.signal.reason as Error);
      return resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    child.stdin.end(call.input);
  });
}

/** Git starts helpers (ssh, git-remote-https); they are in its process group and end with it. */
function killGroup(child: ChildProcessWithoutNullStreams, clock: Clock): void {
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      child.kill(signal);
    }
  };
  send('SIGTERM');
  void clock.sleep(killAfterMs).then(() => send('SIGKILL'));
}

function startError(error: NodeJS.ErrnoException): KnownError {
  const why =
    error.code === 'ENOENT'
      ? 'the git program was not found on PATH; install git'
      : `cannot start git: ${messageOf(error)}`;
  return new KnownError('failed', why, { cause: error });
}

/** What git wrote to standard error, on one line: the lines that say they are errors, else the last. */
export function lastLines(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^.*\r(?=.)/, '').trim())
    .filter((line) => line !== '' && !/^(hint|warning|Cloning into|From|To) ?/.test(line));
  const telling = lines.filter((line) => /^(fatal|error|remote|ssh|git@\S+):/i.test(line));
  return (telling.length > 0 ? telling : lines).slice(-4).join('; ') || 'no reason given';
}
