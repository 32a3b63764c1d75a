import { KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { createMergePatch, threeWayMergePatch, typeOf } from '../../schema/index.ts';
import { batchesOf, identityOf } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { pruneObjects } from './remove.ts';
import type { Owner } from './ownership.ts';
import { naming, problemsOf, severalErrors } from './several-errors.ts';

/** Who the writes are by. Helm names its own binary. */
const fieldManager = 'helm';

/** What an update has done to the cluster, also when it failed then. */
export interface Applied {
  readonly created: ReleaseObject[];
  readonly updated: ReleaseObject[];
  readonly deleted: ReleaseObject[];
}

/** Creates objects in install order, those of one kind side by side. One that fails stops no other. */
export async function createObjects(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
  applied: Applied,
): Promise<void> {
  const problems: KnownError[] = [];
  for (const batch of batchesOf(entries)) {
    const failed = await problemsOf(batch, async (entry) => {
      await cluster.create(entry.resource, entry.object, { fieldManager });
      applied.created.push(entry);
    });
    problems.push(...failed);
  }
  if (problems.length > 0) throw severalErrors(problems);
}

/** From what to what the objects of a release go. */
export interface ObjectChange {
  /**
   * Manifests that may be in the cluster, the latest first. There is one in Helm; several when what
   * failed revisions have left is to go too.
   */
  readonly before: ReadonlyArray<readonly ReleaseObject[]>;
  readonly after: readonly ReleaseObject[];
  readonly force?: boolean;
  /** Custom resources are merged three-way too, as Helm does when it takes objects over. */
  readonly mergesCustom?: boolean;
  readonly owner: Owner;
}

/**
 * Brings the cluster from the objects of one manifest to those of another (reference: helm.md F.5):
 * creates what is missing, patches what differs, deletes what is no longer wanted. The first object
 * that cannot be created ends it; patches that fail are told together.
 */
export async function updateObjects(
  cluster: Cluster,
  change: ObjectChange,
  applied: Applied,
): Promise<void> {
  const old = change.before.map(byIdentity);
  const problems: unknown[] = [];
  for (const entry of change.after) {
    const originals = old.flatMap((objects) => objects.get(identityOf(entry))?.object ?? []);
    const live = await cluster.get(entry.resource, entry.object.metadata);
    if (live === undefined) {
      applied.created.push(entry);
      await naming('failed to create resource', () =>
        cluster.create(entry.resource, entry.object, { fieldManager }),
      );
      continue;
    }
    if (originals.length === 0) throw notFound(entry);
    const problem = await changeObject(cluster, { entry, originals, live }, change);
    if (problem !== undefined) problems.push(problem);
    applied.updated.push(entry);
  }
  if (problems.length > 0) throw joined(problems);
  const kept = new Set(change.after.map(identityOf));
  applied.deleted.push(...(await pruneObjects(cluster, change, kept)));
}

function byIdentity(entries: readonly ReleaseObject[]): Map<string, ReleaseObject> {
  return new Map(entries.map((entry) => [identityOf(entry), entry]));
}

function notFound({ object }: ReleaseObject): KnownError {
  const name = JSON.stringify(object.metadata.name);
  return new KnownError('conflict', `no ${object.kind} with the name ${name} found`);
}

function joined(problems: readonly unknown[]): unknown {
  const [first] = problems;
  if (problems.length === 1 || !(first instanceof KnownError)) return first;
  return new KnownError(first.code, problems.map(messageOf).join(' && '), { cause: first });
}

interface Present {
  readonly entry: ReleaseObject;
  readonly originals: readonly KubeObject[];
  readonly live: KubeObject;
}

/** What went wrong, when that was foreseen. */
async function changeObject(
  cluster: Cluster,
  { entry, originals, live }: Present,
  { force, mergesCustom = false }: ObjectChange,
): Promise<KnownError | undefined> {
  const { object, resource } = entry;
  const [name, kind] = [JSON.stringify(object.metadata.name), object.kind];
  try {
    if (force === true) {
      await naming('failed to replace object', () =>
        cluster.replace(resource, replacementOf(object, live), { fieldManager }),
      );
      return undefined;
    }
    await naming(`cannot patch ${name} with kind ${kind}`, async () => {
      let current = live;
      for (const original of originals) {
        const found = patchOf({ original, modified: object, live: current }, mergesCustom);
        const { patch, type } = found;
        if (Object.keys(patch).length === 0) continue;
        current = await cluster.patch(resource, object.metadata, patch, { type, fieldManager });
      }
    });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof KnownError) return thrown;
    throw thrown;
  }
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
function patchOf(
  objects: { original: KubeObject; modified: KubeObject; live: KubeObject },
  mergesCustom: boolean,
): {
  patch: JsonRecord;
  type: 'strategic' | 'merge';
} {
  const { original, modified, live } = objects;
  const type = typeOf(modified.apiVersion, modified.kind);
  if (type === undefined && !mergesCustom) {
    return { patch: createMergePatch(original, modified), type: 'merge' };
  }
  return {
    patch: threeWayMergePatch({ type, original, modified, current: live }),
    type: type === undefined ? 'merge' : 'strategic',
  };
}
