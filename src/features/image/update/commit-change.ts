import { KnownError } from '../../../base/index.ts';
import type { Run } from '../../../base/index.ts';
import type { Mirror } from '../../../lib/git/index.ts';
import { editFile } from '../../../lib/manifest/index.ts';
import type { FileEdit } from '../../../lib/manifest/index.ts';
import { readSnapshot } from '../observe.ts';
import type { Snapshot } from '../observe.ts';
import type { ImageRepository } from '../settings.ts';

/** What a commit is to contain. */
export interface PlannedCommit {
  /** Edits by file; texts are those of the snapshot. */
  readonly edits: ReadonlyMap<string, readonly FileEdit[]>;
  readonly message: string;
  /** Kept as a git note beside the commit, as JSON. */
  readonly note: unknown;
  /** Throws when the edited texts are not what was meant. */
  readonly verify: (texts: ReadonlyMap<string, string>) => void;
}

export interface CommitTarget {
  readonly mirror: Mirror;
  readonly repository: ImageRepository;
  /** The caller has just fetched. */
  readonly isFetched?: boolean;
}

const attempts = 5;

/**
 * Fetches, plans on what is there now, commits and pushes. When someone else pushed in between, all
 * of it is done again from their head. Undefined: there was nothing to change.
 */
export async function commitChange(
  { mirror, repository, isFetched = false }: CommitTarget,
  plan: (snapshot: Snapshot) => PlannedCommit | undefined,
  run: Run,
): Promise<string | undefined> {
  if (repository.isReadOnly) {
    throw new KnownError(
      'denied',
      `the repository ${mirror.url} is read-only; nothing is committed`,
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    if (!isFetched || attempt > 1) await mirror.fetch(run.signal);
    const snapshot = await readSnapshot(mirror, repository);
    if (snapshot === undefined) {
      throw new KnownError('not-found', `${mirror.url} has no branch "${repository.branch}"`);
    }
    const planned = plan(snapshot);
    if (planned === undefined) return undefined;
    try {
      return await commitAndPush({ mirror, repository }, snapshot, planned, run);
    } catch (thrown) {
      const isRace = thrown instanceof KnownError && thrown.code === 'conflict';
      if (!isRace || attempt === attempts) throw thrown;
      run.log.info('someone else pushed meanwhile; looking again', { url: mirror.url });
    }
  }
}

/** An edit of a file that a command reads would not be what the command makes of it. */
async function refuseGenerated(mirror: Mirror, revision: string): Promise<void> {
  const files = await mirror.files(revision);
  const found = files.find(({ path }) => /(^|\/)\.flux\.yaml$/.test(path));
  if (found === undefined) return;
  throw new KnownError(
    'unsupported',
    `${mirror.url} has ${found.path}: updates of generated manifests are not supported yet`,
  );
}

async function commitAndPush(
  { mirror, repository }: CommitTarget,
  snapshot: Snapshot,
  planned: PlannedCommit,
  run: Run,
): Promise<string | undefined> {
  const texts = editedTexts(snapshot, planned);
  if (texts.size === 0) return undefined;
  if (repository.isGenerating === true) await refuseGenerated(mirror, snapshot.revision);
  planned.verify(new Map([...snapshot.texts, ...texts]));
  const { branch, notesRef, user, email, commitSuffix } = repository;
  const suffix = commitSuffix === undefined ? '' : `\n\n${commitSuffix}`;
  const revision = await mirror.commit({
    branch,
    parent: snapshot.revision,
    message: `${planned.message}${suffix}`,
    author: { name: user, email },
    changes: [...texts].map(([path, content]) => ({ path, content })),
    note: { ref: notesRef, text: JSON.stringify(planned.note) },
  });
  const notes = `refs/notes/${notesRef}`;
  await mirror.push({
    refs: [
      { from: revision, to: `refs/heads/${branch}` },
      { from: notes, to: notes },
    ],
    signal: run.signal,
  });
  return revision;
}

/** The new text of each file that really changes. */
function editedTexts(snapshot: Snapshot, { edits }: PlannedCommit): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [file, fileEdits] of edits) {
    const before = snapshot.texts.get(file);
    if (before === undefined) throw new KnownError('not-found', `${file} is not in the repository`);
    const after = editFile(before, fileEdits);
    if (after !== before) texts.set(file, after);
  }
  return texts;
}
