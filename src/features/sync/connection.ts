import { randomBytes } from 'node:crypto';
import { KnownError, messageOf } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import { safeUrl } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { RepositorySettings } from './settings.ts';
import { withTimeLimit } from '../../lib/controller/index.ts';

/** fluxd's words for how far a repository has come; `unreachable` when its host name leads nowhere. */
export type GitStatus = 'unconfigured' | 'new' | 'cloned' | 'ready' | 'unreachable';

/** A repository as seen over the network. */
export interface Connection {
  readonly status: GitStatus;
  /** Fetches, and the first time finds out whether we may write; the head of the branch. */
  refresh(): Promise<string>;
}

export interface ConnectionPorts {
  readonly mirror: Mirror;
  readonly settings: RepositorySettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The repository is on a server of this process, which lets us write. */
  readonly isOwn: boolean;
  /** Hears of every change between ready and not ready. */
  readonly onReady: (isReady: boolean) => void;
}

/** A connection that has not been tried yet: `new`. */
export function createConnection(ports: ConnectionPorts): Connection {
  const { mirror, settings, clock, signal, onReady } = ports;
  const { branch, gitTimeoutMs: ms } = settings;
  let status: GitStatus = 'new';
  let isChecked = settings.isReadOnly || ports.isOwn;
  const become = (next: GitStatus): void => {
    if ((status === 'ready') !== (next === 'ready')) onReady(next === 'ready');
    status = next;
  };
  const fetch = async (): Promise<void> => {
    try {
      const what = `fetching ${safeUrl(settings.url)}`;
      await withTimeLimit({ clock, ms, signal, what }, (until) => mirror.fetch(until));
    } catch (thrown) {
      become(/host name cannot be resolved/.test(messageOf(thrown)) ? 'unreachable' : 'new');
      throw thrown;
    }
  };
  return {
    get status() {
      return status;
    },
    async refresh() {
      await fetch();
      const head = await mirror.head(branch);
      if (head === undefined) {
        become('cloned');
        throw new KnownError(
          'not-found',
          `the repository has no branch "${branch}" (or no commit yet)`,
        );
      }
      if (!isChecked) {
        become('cloned');
        await checkWriting(ports, head);
        isChecked = true;
      }
      become('ready');
      return head;
    },
  };
}

/** Pushes a tag and takes it away again, as fluxd does once per start. */
async function checkWriting(ports: ConnectionPorts, head: string): Promise<void> {
  const { mirror, settings, log, signal } = ports;
  const name = `flux-write-check-${randomBytes(5).toString('hex')}`;
  const tagger = { name: settings.user, email: settings.email };
  try {
    await mirror.tag({ name, revision: head, message: 'Write check', tagger, signal });
  } catch (thrown) {
    const { code, retry } =
      thrown instanceof KnownError ? thrown : new KnownError('failed', 'unknown');
    throw new KnownError(
      code,
      `the repository can be read but not written to; give the key write access, or set it read-only (${messageOf(thrown)})`,
      { retry, cause: thrown },
    );
  }
  await mirror
    .push({ refs: [{ from: '', to: `refs/tags/${name}` }], signal })
    .catch((thrown: unknown) =>
      log.warn('the tag of the write check could not be removed', {
        tag: name,
        err: messageOf(thrown),
      }),
    );
}
