import { KnownError } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { sortByKind, uninstallOrder } from '../render/kind-order.ts';
import type { ObjectChange } from './apply.ts';
import { batchesOf, identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { isOwn } from './ownership.ts';
import { problemsOf } from './several-errors.ts';

const keepPolicy = 'helm.sh/resource-policy';

/**
 * Deletes what is no longer wanted; an object that says it is to be kept stays, and so does one that
 * cannot be deleted, as in Helm. What only failed revisions had must still say that it is ours.
 */
export async function pruneObjects(
  cluster: Cluster,
  { before, owner }: Pick<ObjectChange, 'before' | 'owner'>,
  wanted: ReadonlySet<string>,
): Promise<ReleaseObject[]> {
  const seen = new Set(wanted);
  const deleted: ReleaseObject[] = [];
  const base = before.at(-1);
  for (const entry of before.toReversed().flat()) {
    if (seen.has(identityOf(entry))) continue;
    seen.add(identityOf(entry));
    const isSure = base?.includes(entry) === true;
    if (await pruneObject(cluster, entry, { isSure, owner })) deleted.push(entry);
  }
  return deleted;
}

async function pruneObject(
  cluster: Cluster,
  { object, resource }: ReleaseObject,
  { isSure, owner }: { isSure: boolean; owner: ObjectChange['owner'] },
): Promise<boolean> {
  try {
    const live = await cluster.get(resource, object.metadata);
    if (live === undefined || live.metadata.annotations?.[keepPolicy] === 'keep') return false;
    if (!isSure && !isOwn(live, owner)) return false;
    await cluster.delete(resource, object.metadata, { propagation: 'Background' });
    return true;
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code !== 'unreachable') return false;
    throw thrown;
  }
}

/** What became of a release's objects when it was uninstalled. */
export interface Removed {
  readonly removed: readonly ReleaseObject[];
  /** Objects whose policy in the manifest is `keep`. */
  readonly kept: readonly ReleaseObject[];
  readonly problems: readonly KnownError[];
}

/** Deletes a release's objects in uninstall order; one that fails does not stop the others. */
export async function deleteObjects(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
  propagation: 'Background' | 'Foreground' | 'Orphan' = 'Background',
): Promise<Removed> {
  const policyOf = ({ object }: ReleaseObject): string | undefined =>
    object.metadata.annotations?.[keepPolicy];
  const removed: ReleaseObject[] = [];
  const problems: KnownError[] = [];
  const order = sortByKind(entries, ({ object }) => object.kind, uninstallOrder);
  for (const batch of batchesOf(order.filter((each) => policyOf(each) === undefined))) {
    const failed = await problemsOf(batch, async (entry) => {
      await cluster.delete(entry.resource, entry.object.metadata, { propagation });
      removed.push(entry);
    });
    problems.push(...failed);
  }
  const kept = entries.filter((each) => policyOf(each)?.toLowerCase().trim() === 'keep');
  return { removed, kept, problems };
}
