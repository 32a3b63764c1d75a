import { KnownError, type Key, type KubeObject, type OwnerReference } from '../../base/index.ts';
import { matchesSelector, type Cluster, type LabelSelector } from '../../lib/kube/index.ts';
import { controllerUid, type Store } from './store.ts';

/** The reference by which an object is controlled and holds back its owner's foreground deletion. */
export function controlledBy(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export interface Claim<O extends KubeObject> {
  readonly mine: O[];
  readonly adopt: O[];
  readonly release: O[];
}

/** Sorts objects: ours, orphans that match the selector, and ours that no longer match. Pure. */
export function decideClaim<O extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  objects: readonly O[],
): Claim<O> {
  const claim: Claim<O> = { mine: [], adopt: [], release: [] };
  const isGoing = owner.metadata.deletionTimestamp !== undefined;
  for (const object of objects) {
    const controller = controllerUid(object);
    const fits = matchesSelector(selector, object.metadata.labels);
    if (controller === owner.metadata.uid)
      (fits || isGoing ? claim.mine : claim.release).push(object);
    else if (controller === undefined && fits && !isGoing) {
      if (object.metadata.deletionTimestamp === undefined) claim.adopt.push(object);
    }
  }
  return claim;
}

/** Makes the claim true in the cluster, and returns what is ours after. */
export async function claim<O extends KubeObject>(
  cluster: Cluster,
  store: Store<O>,
  owner: KubeObject,
  selector: LabelSelector | undefined,
): Promise<O[]> {
  const { mine, adopt, release } = decideClaim(
    owner,
    selector,
    store.list(owner.metadata.namespace),
  );
  for (const object of release) await setOwners(cluster, store, object, without(object, owner));
  for (const object of adopt) {
    const owners = [...(object.metadata.ownerReferences ?? []), controlledBy(owner)];
    const taken = await setOwners(cluster, store, object, owners);
    if (taken !== undefined) mine.push(taken);
  }
  return mine;
}

function without(object: KubeObject, owner: KubeObject): OwnerReference[] {
  return (object.metadata.ownerReferences ?? []).filter((each) => each.uid !== owner.metadata.uid);
}

/** Writes owner references, unless the object was changed meanwhile; then the next round looks again. */
async function setOwners<O extends KubeObject>(
  cluster: Cluster,
  store: Store<O>,
  object: O,
  ownerReferences: OwnerReference[],
): Promise<O | undefined> {
  const { uid, resourceVersion } = object.metadata;
  const key: Key = object.metadata;
  try {
    const metadata = { uid, resourceVersion, ownerReferences };
    const written = await cluster.patch(store.kind, key, { metadata }, { type: 'merge' });
    store.wrote(written);
    return written;
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
}
