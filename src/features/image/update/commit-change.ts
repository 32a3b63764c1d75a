import { KnownError } from '../../../base/index.ts';
import type { Run } from '../../../base/index.ts';
import { verifiedRevision } from '../../../lib/git/index.ts';
import type { Mirror } from '../../../lib/git/index.ts';
import { changedFiles } from '../../../lib/revision/index.ts';
import type { Generating, ObjectChange, RevisionReader } from '../../../lib/revision/index.ts';
import { readSnapshot, snapshotAt } from '../observe.ts';
import type { Snapshot } from '../observe.ts';
import type { ImageRepository } from '../settings.ts';

/** What a commit is to contain. */
export interface PlannedCommit {
  readonly changes: readonly ObjectChange[];
  readonly message: string;
  /** Kept as a git note beside the commit, as JSON. */
  readonly note: unknown;
  /** Throws when what the commit declares is not what was meant. */
  readonly verify: (after: Snapshot) => void;
}

export interface CommitTarget {
  readonly mirror: Mirror;
  readonly reader: RevisionReader;
  readonly repository: ImageRepository;
  /** How commands of the repository are run; absent: none are. */
  readonly generating?: Generating;
  /** The caller has just fetched. */
  readonly isFetched?: boolean;
}

const attempts = 5;

/**
 * Fetches, plans on what is there now, commits and pushes. When someone else pushed in between, all
 * of it is done again from their head. Undefined: there was nothing to change.
 */
export async function commitChange(
  target: CommitTarget,
  plan: (snapshot: Snapshot) => PlannedCommit | undefined,
  run: Run,
): Promise<string | undefined> {
  const { mirror, repository, isFetched = false } = target;
  if (repository.isReadOnly) {
    throw new KnownError(
      'denied',
      `the repository ${mirror.url} is read-only; nothing is committed`,
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    if (!isFetched || attempt > 1) await mirror.fetch(run.signal);
    const snapshot = await readSnapshot(target, run.signal);
    if (snapshot === undefined) {
      throw new KnownError('not-found', `${mirror.url} has no branch "${repository.branch}"`);
    }
    await refuseUnsigned(target, snapshot.revision);
    const planned = plan(snapshot);
    if (planned === undefined) return undefined;
    try {
      return await commitAndPush(target, snapshot, planned, run);
    } catch (thrown) {
      const isRace = thrown instanceof KnownError && thrown.code === 'conflict';
      if (!isRace || attempt === attempts) throw thrown;
      run.log.info('someone else pushed meanwhile; looking again', { url: mirror.url });
    }
  }
}

/** Our signature on top of a commit that nobody signed would vouch for it. */
async function refuseUnsigned({ mirror, repository }: CommitTarget, head: string): Promise<void> {
  const { verifySignatures: mode = 'none', syncTag } = repository;
  if (mode === 'none') return;
  const tag = syncTag === undefined ? undefined : await mirror.resolve(`refs/tags/${syncTag}`);
  const { revision } = await verifiedRevision(mirror, { head, since: tag, mode });
  if (revision === head) return;
  const last = revision === undefined ? 'none' : revision.slice(0, 8);
  const why = `HEAD is not a verified commit. The last verified commit was ${last}. HEAD is ${head.slice(0, 8)}.`;
  throw new KnownError('denied', `HEAD revision is unsigned: ${why}`);
}

/** The commit is read before it is pushed: only what it was meant to change may have changed. */
async function commitAndPush(
  { mirror, reader, repository, generating }: CommitTarget,
  snapshot: Snapshot,
  planned: PlannedCommit,
  run: Run,
): Promise<string | undefined> {
  const { signal } = run;
  const ports = { mirror, signal, ...(generating === undefined ? {} : { generating }) };
  const changes = await changedFiles(ports, snapshot.reading, planned.changes);
  if (changes.length === 0) return undefined;
  const { branch, notesRef, user, email, commitSuffix } = repository;
  const suffix = commitSuffix === undefined ? '' : `\n\n${commitSuffix}`;
  const revision = await mirror.commit({
    branch,
    parent: snapshot.revision,
    message: `${planned.message}${suffix}`,
    author: { name: user, email },
    changes,
    note: { ref: notesRef, text: JSON.stringify(planned.note) },
  });
  planned.verify(await snapshotAt({ reader, repository }, revision, signal));
  const notes = `refs/notes/${notesRef}`;
  await mirror.push({
    refs: [
      { from: revision, to: `refs/heads/${branch}` },
      { from: notes, to: notes },
    ],
    signal,
  });
  return revision;
}
