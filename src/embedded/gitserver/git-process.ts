import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { KnownError } from '../../base/index.ts';

export interface GitProcess {
  readonly args: readonly string[];
  readonly path?: string | undefined;
  /** Settings for this call, `name=value`; they win over the usual ones. */
  readonly settings?: readonly string[];
  /** The `Git-Protocol` header, checked. */
  readonly protocol?: string | undefined;
}

// No hook, no background work, no configuration of the machine; fetching any commit by its id is
// allowed, since whoever may read the repository may read all of it.
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'receive.autogc=false',
  'gc.auto=0',
  'receive.denyDeleteCurrent=ignore',
  'receive.denyNonFastForwards=false',
  'uploadpack.allowFilter=true',
  'uploadpack.allowAnySHA1InWant=true',
  'safe.directory=*',
];

/** Starts the git program for the server. */
export function startGit(call: GitProcess): ChildProcessWithoutNullStreams {
  const { args, path, protocol, settings: more = [] } = call;
  const chosen = [...settings, ...more].flatMap((setting) => ['-c', setting]);
  return spawn('git', [...chosen, ...args], {
    env: {
      PATH: path ?? '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
      LC_ALL: 'C',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      ...(protocol === undefined ? {} : { GIT_PROTOCOL: protocol }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs git to its end. Throws `KnownError('failed')` when it does not end well. */
export function runGit(call: GitProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = startGit(call);
    let said = '';
    child.stdin.end();
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
    child.on('error', (error) =>
      reject(new KnownError('failed', `cannot start git: ${error.message}`)),
    );
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new KnownError('failed', `git ${call.args[0]} failed: ${said.trim()}`));
    });
  });
}
