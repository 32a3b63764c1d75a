import { KnownError } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';
import { verifiedRevision } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { RepositorySettings } from './settings.ts';

interface TrustPorts {
  readonly mirror: Pick<Mirror, 'signatures'>;
  readonly settings: Pick<RepositorySettings, 'verifySignatures'>;
  readonly log: Logger;
}

/**
 * Finds the revision of a branch that may be synced: its head, or with verification the newest commit
 * up to which all are signed, beginning after the one that was applied last. Throws a
 * `KnownError('denied')` when there is none.
 */
export type TrustHead = (head: string, applied: string | undefined) => Promise<string>;

export function createTrust({ mirror, settings, log }: TrustPorts): TrustHead {
  let told = '';
  return async (head, applied) => {
    const mode = settings.verifySignatures;
    if (mode === 'none') return head;
    const { revision, bad } = await verifiedRevision(mirror, { head, since: applied, mode });
    if (bad !== undefined && bad.revision !== told) {
      const fields = { err: 'found invalid GPG signature for commit', revision: bad.revision };
      log.error('', { ...fields, key: bad.key });
    }
    told = bad?.revision ?? '';
    if (revision !== undefined) return revision;
    const which = applied === undefined ? 'the first commit' : 'the last synced commit';
    throw new KnownError(
      'denied',
      `${which} has no good signature of a known key; nothing is synced`,
    );
  };
}

/** fluxd's words for a head that cannot be synced; undefined when it can. */
export function unverifiedText(head: string, trusted: string): string | undefined {
  if (head === trusted) return undefined;
  return `The branch HEAD in the git repo is not verified, and fluxd is unable to sync to it. The last verified commit was ${trusted.slice(0, 8)}. HEAD is ${head.slice(0, 8)}.`;
}
