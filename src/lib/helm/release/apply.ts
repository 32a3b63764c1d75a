import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { createMergePatch, threeWayMergePatch, typeOf } from '../../schema/index.ts';
import { sortByKind, uninstallOrder } from '../render/kind-order.ts';
import { identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';

/** Who the writes are by. Helm names its own binary. */
const fieldManager = 'helm';

/** What an update did to the cluster. */
export interface Applied {
  readonly created: readonly ReleaseObject[];
  readonly updated: readonly ReleaseObject[];
  readonly deleted: readonly ReleaseObject[];
}

/** Creates objects in install order, those of one kind side by side. */
export async function createObjects(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
): Promise<void> {
  for (const batch of batchesOf(entries)) {
    const results = await Promise.allSettled(
      batch.map(({ object, resource }) => cluster.create(resource, object, { fieldManager })),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

function batchesOf(entries: readonly ReleaseObject[]): ReleaseObject[][] {
  const batches: ReleaseObject[][] = [];
  for (const entry of entries) {
    const last = batches.at(-1);
    if (last?.[0]?.object.kind === entry.object.kind) last.push(entry);
    else batches.push([entry]);
  }
  return batches;
}

/**
 * Brings the cluster from the objects of one manifest to those of another (reference: helm.md F.5):
 * creates what is missing, patches what differs, deletes what is no longer wanted.
 */
export async function updateObjects(
  cluster: Cluster,
  change: {
    readonly before: readonly ReleaseObject[];
    readonly after: readonly ReleaseObject[];
    readonly force?: boolean;
  },
): Promise<Applied> {
  const old = new Map(change.before.map((entry) => [identityOf(entry), entry]));
  const kept = new Set<string>();
  const created: ReleaseObject[] = [];
  const updated: ReleaseObject[] = [];
  const problems: unknown[] = [];
  for (const entry of change.after) {
    kept.add(identityOf(entry));
    try {
      const how = { original: old.get(identityOf(entry))?.object, force: change.force === true };
      const wasThere = await putObject(cluster, entry, how);
      (wasThere ? updated : created).push(entry);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      problems.push(thrown);
    }
  }
  if (problems.length > 0) throw joined(problems);
  const gone = change.before.filter((entry) => !kept.has(identityOf(entry)));
  return { created, updated, deleted: await pruneObjects(cluster, gone) };
}

function joined(problems: readonly unknown[]): unknown {
  const [first] = problems;
  if (problems.length === 1 || !(first instanceof KnownError)) return first;
  return new KnownError(first.code, problems.map(messageOf).join(' && '), { cause: first });
}

/** True when the object was there before. */
async function putObject(
  cluster: Cluster,
  { object, resource }: ReleaseObject,
  { original, force }: { original: KubeObject | undefined; force: boolean },
): Promise<boolean> {
  const live = await cluster.get(resource, object.metadata);
  if (live === undefined) {
    await cluster.create(resource, object, { fieldManager });
    return false;
  }
  if (original === undefined) {
    throw new KnownError(
      'conflict',
      `no ${object.kind} with the name ${JSON.stringify(object.metadata.name)} found`,
    );
  }
  if (force) {
    await cluster.replace(resource, replacementOf(object, live), { fieldManager });
    return true;
  }
  const { patch, type } = patchOf({ original, modified: object, live });
  if (Object.keys(patch).length === 0) return true;
  await cluster.patch(resource, object.metadata, patch, { type, fieldManager });
  return true;
}

function replacementOf(object: KubeObject, live: KubeObject): KubeObject {
  const { resourceVersion } = live.metadata;
  if (resourceVersion === undefined) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/**
 * The patch Helm would send: strategic and three-way for built-in kinds; for custom resources a JSON
 * merge patch between the two manifests, which leaves alone what only the live object has.
 */
function patchOf(objects: { original: KubeObject; modified: KubeObject; live: KubeObject }): {
  patch: JsonRecord;
  type: 'strategic' | 'merge';
} {
  const { original, modified, live } = objects;
  const type = typeOf(modified.apiVersion, modified.kind);
  if (type === undefined) {
    return { patch: createMergePatch(original, modified), type: 'merge' };
  }
  return {
    patch: threeWayMergePatch({ type, original, modified, current: live }),
    type: 'strategic',
  };
}

const keepPolicy = 'helm.sh/resource-policy';

/** Deletes what an upgrade no longer wants; an object that says it is to be kept stays. */
async function pruneObjects(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
): Promise<ReleaseObject[]> {
  const deleted: ReleaseObject[] = [];
  for (const entry of entries) {
    const live = await cluster.get(entry.resource, entry.object.metadata);
    if (live === undefined || live.metadata.annotations?.[keepPolicy] === 'keep') continue;
    await cluster.delete(entry.resource, entry.object.metadata, { propagation: 'Background' });
    deleted.push(entry);
  }
  return deleted;
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
  for (const entry of order.filter((each) => policyOf(each) === undefined)) {
    try {
      await cluster.delete(entry.resource, entry.object.metadata, { propagation });
      removed.push(entry);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      problems.push(thrown);
    }
  }
  const kept = entries.filter((each) => policyOf(each)?.toLowerCase().trim() === 'keep');
  return { removed, kept, problems };
}
