import type { CommitSignature, Mirror } from '../mirror.ts';

/** How far a branch can be trusted. */
export interface Verified {
  /** The newest commit that is signed, as all between it and the start are; undefined: not even the first one is. */
  readonly revision: string | undefined;
  /** The commit that ended it; undefined when the whole branch is good. */
  readonly bad: CommitSignature | undefined;
}

/**
 * Follows a branch from a commit that was trusted before (which must be signed itself) or from its
 * beginning, to the last commit before the first without a good signature. With `first-parent` what
 * was merged counts by the signature of the merge.
 */
export async function verifiedRevision(
  mirror: Pick<Mirror, 'signatures'>,
  how: {
    readonly head: string;
    readonly since: string | undefined;
    readonly mode: 'all' | 'first-parent';
  },
): Promise<Verified> {
  const { head, since, mode } = how;
  const isFirstParent = mode === 'first-parent';
  if (since !== undefined) {
    const [own] = await mirror.signatures({ to: since, isFirstParent: true, limit: 1 });
    if (own?.isGood !== true) return { revision: undefined, bad: own };
  }
  const range = { to: head, isFirstParent, ...(since === undefined ? {} : { from: since }) };
  const commits = await mirror.signatures(range);
  const own = branchOf(commits, head);
  let last = since;
  for (const commit of commits) {
    if (!commit.isGood) return { revision: last, bad: commit };
    // A commit of a branch that was merged later is no state that this branch ever had.
    if (own.has(commit.revision)) last = commit.revision;
  }
  return { revision: head, bad: undefined };
}

/** The commits that the branch itself went through. */
function branchOf(commits: readonly CommitSignature[], head: string): Set<string> {
  const parents = new Map(commits.map(({ revision, parent }) => [revision, parent]));
  const own = new Set<string>();
  for (let at: string | undefined = head; at !== undefined; at = parents.get(at)) own.add(at);
  return own;
}
