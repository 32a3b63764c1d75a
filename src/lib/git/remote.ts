import { KnownError } from '../../base/index.ts';
import type { GitAnswer, GitProgram } from './git-program.ts';
import type { Credentials, SshKey } from './mirror.ts';
import { refName } from './ref-name.ts';
import { remoteEnv } from './remote-env.ts';
import { remoteError } from './remote-error.ts';
import { safeUrl } from './safe-url.ts';
import type { RemoteUrl } from './safe-url.ts';

interface PushedRef {
  readonly from: string;
  readonly to: string;
  readonly force?: boolean;
}

/** The two operations that use the network. */
export interface Remote {
  fetch(refspecs: readonly string[], signal?: AbortSignal): Promise<void>;
  push(refs: readonly PushedRef[], signal?: AbortSignal): Promise<void>;
}

export interface RemoteOptions {
  readonly gitDir: string;
  readonly remote: RemoteUrl;
  readonly credentials?: Credentials;
  readonly ssh?: SshKey;
  readonly timeoutMs?: number;
  /** Where to read, when that is nearer than `remote`: the same repository by another way. */
  readonly fetchFrom?: string | undefined;
}

const flagsOfFetch = [
  '--quiet',
  '--prune',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
];

/** A remote repository, spoken to by the git program within a time limit. */
export function createRemote(git: GitProgram, options: RemoteOptions): Remote {
  const { remote, gitDir, timeoutMs = 20_000 } = options;
  const url = safeUrl(remote.url);
  const talk = async (
    operation: string,
    args: string[],
    outer?: AbortSignal,
  ): Promise<GitAnswer> => {
    const env = await remoteEnv(remote, options);
    const done = new AbortController();
    const late = new AbortController();
    void git.clock.sleep(timeoutMs, done.signal).then(
      () => late.abort(timeout(operation, url, timeoutMs)),
      () => {},
    );
    const signal = outer === undefined ? late.signal : AbortSignal.any([late.signal, outer]);
    try {
      return await git.ask({ gitDir, env, signal, args });
    } finally {
      done.abort();
    }
  };
  return {
    fetch: async (refspecs, signal) => {
      const from = options.fetchFrom ?? remote.url;
      const args = [...versionFor(from), 'fetch', ...flagsOfFetch, '--', from, ...refspecs];
      const answer = await talk('fetch', args, signal);
      if (answer.code !== 0) throw remoteError('fetch', url, answer.stderr);
    },
    push: async (refs, signal) => {
      const specs = refs.map(specOf);
      const flags = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
      const send = (atomic: string[]): Promise<GitAnswer> =>
        talk('push', ['push', ...flags, ...atomic, '--', remote.url, ...specs], signal);
      let answer = await send(specs.length > 1 ? ['--atomic'] : []);
      if (answer.stderr.includes('does not support --atomic')) answer = await send([]);
      if (answer.code !== 0) throw pushError(url, answer);
    },
  };
}

/**
 * On this machine a round trip saved is worth more than a short list of refs: version 0 tells the refs
 * with its first answer.
 */
function versionFor(url: string): string[] {
  const isNear = /^http:\/\/(localhost|127\.|\[::1\])/.test(url);
  return isNear ? ['-c', 'protocol.version=0'] : [];
}

function specOf({ from, to, force = false }: PushedRef): string {
  const source = /^[0-9a-f]{40,64}$/.test(from) || from === '' ? from : refName(from);
  return `${force ? '+' : ''}${source}:${refName(to)}`;
}

/** A porcelain line `!<tab>from:to<tab>[rejected] (why)` names a ref that was not updated. */
function pushError(url: string, answer: GitAnswer): KnownError {
  const rejected = answer.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.split('\t').slice(1).join(' '));
  const isRace =
    /non-fast-forward|fetch first|stale info|cannot lock ref|failed to update ref|reference already exists/;
  const raced = rejected.find((line) => isRace.test(line));
  if (raced !== undefined) {
    const why = `git push ${url}: the branch moved meanwhile; fetch and try again (${raced})`;
    return new KnownError('conflict', why);
  }
  const refused = rejected.find((line) => !line.includes('atomic push failed')) ?? rejected[0];
  if (refused !== undefined) return new KnownError('denied', `git push ${url}: ${refused}`);
  return remoteError('push', url, answer.stderr);
}

function timeout(operation: string, url: string, timeoutMs: number): KnownError {
  return new KnownError('timeout', `git ${operation} ${url}: no end after ${timeoutMs / 1000} s`);
}
