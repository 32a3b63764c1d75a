import { keyText, type Key, type Kind, type KubeObject, type Run } from '../../base/index.ts';
import { watchCache, type Cache, type Change, type Cluster } from '../../lib/kube/index.ts';

/**
 * The objects of one kind, never older than our own writes: what a write answered is seen at once,
 * so a loop that runs again before the watch has caught up does not write the same thing twice.
 * Objects are shared: never change one.
 */
export interface Store<O extends KubeObject> {
  readonly kind: Kind<O>;
  get(key: Key): O | undefined;
  list(namespace?: string): O[];
  /** Those whose controller has this uid. */
  ownedBy(uid: string, namespace?: string): O[];
  /** Takes in what a write answered. */
  wrote(object: O): void;
  /** Notes that a delete was accepted: gone, or going when `stays` says so. */
  deleted(object: O, stays: boolean): void;
  onChange(listen: (object: O, before: O | undefined, gone: boolean) => void): void;
  readonly ready: Promise<void>;
}

/** Resource versions are ordered only inside our own API server, which is the one these loops run with. */
const versionOf = (object: KubeObject | undefined): number =>
  Number(object?.metadata.resourceVersion ?? 0);

/** A store over one watch. */
export function createStore<O extends KubeObject>(
  cluster: Cluster,
  kind: Kind<O>,
  run: Run,
): Store<O> {
  const cache = watchCache(cluster, kind, run);
  const ours = new Ours(cache);
  cache.onChange((change) => ours.settle(change));
  const list = (namespace?: string): O[] => ours.over(cache.list(namespace), namespace);
  return {
    kind,
    get: (key) => ours.get(key),
    list,
    ownedBy: (uid, namespace) => list(namespace).filter((each) => controllerUid(each) === uid),
    wrote: (object) => ours.wrote(object),
    deleted: (object, stays) => {
      const deletionTimestamp = run.clock.now().toISOString();
      const metadata = { ...object.metadata, deletionTimestamp };
      ours.deleted(object, stays ? { ...object, metadata } : undefined);
    },
    onChange: (listen) => {
      cache.onChange(({ type, object }, before) => listen(object, before, type === 'deleted'));
    },
    ready: cache.ready,
  };
}

/** Our writes that the watch has not shown yet; an absent object is a delete. */
class Ours<O extends KubeObject> {
  readonly #cache: Cache<O>;
  readonly #held = new Map<string, { readonly uid: string; readonly object: O | undefined }>();
  // A write's answer may come after the watch has already told of the deletion.
  readonly #gone = new Set<string>();

  constructor(cache: Cache<O>) {
    this.#cache = cache;
  }

  /** Drops what the watch has caught up with. */
  settle({ type, object }: Change<O>): void {
    const { uid = '' } = object.metadata;
    if (type === 'deleted') bury(this.#gone, uid);
    const id = keyText(object.metadata);
    const mine = this.#held.get(id);
    if (mine === undefined) return;
    const isSame = mine.uid === uid;
    const isNewer = mine.object !== undefined && versionOf(object) >= versionOf(mine.object);
    if (type === 'deleted' ? isSame : !isSame || isNewer) this.#held.delete(id);
  }

  get(key: Key): O | undefined {
    const mine = this.#held.get(keyText(key));
    return mine === undefined ? this.#cache.get(key) : mine.object;
  }

  over(objects: O[], namespace: string | undefined): O[] {
    if (this.#held.size === 0) return objects;
    const known = new Map(objects.map((each) => [keyText(each.metadata), each]));
    for (const [id, { object }] of this.#held) {
      if (object === undefined) known.delete(id);
      else if (namespace === undefined || object.metadata.namespace === namespace)
        known.set(id, object);
    }
    return [...known.values()];
  }

  wrote(object: O): void {
    const { uid = '' } = object.metadata;
    const isNews = versionOf(this.#cache.get(object.metadata)) < versionOf(object);
    if (isNews && !this.#gone.has(uid)) this.#held.set(keyText(object.metadata), { uid, object });
  }

  deleted(object: O, left: O | undefined): void {
    const { uid = '' } = object.metadata;
    if (this.#cache.get(object.metadata)?.metadata.uid !== uid) return;
    this.#held.set(keyText(object.metadata), { uid, object: left });
  }
}

const remembered = 1000;

function bury(gone: Set<string>, uid: string): void {
  gone.add(uid);
  const [oldest] = gone;
  if (gone.size > remembered && oldest !== undefined) gone.delete(oldest);
}

/** The uid of the owner that controls an object. */
export function controllerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find((each) => each.controller === true)?.uid;
}
