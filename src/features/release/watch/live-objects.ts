import { isDeepStrictEqual } from 'node:util';
import { KnownError } from '../../../base/index.ts';
import type { Key, KubeObject, Run } from '../../../base/index.ts';
import { watchCache } from '../../../lib/kube/index.ts';
import type { Cache, Cluster, Resource } from '../../../lib/kube/index.ts';

/** The live objects of releases, followed by one watch per kind. */
export interface LiveObjects {
  /** As the watch last told it; from the cluster where the watch does not reach, or has not got it. */
  get(resource: Resource, key: Key): Promise<KubeObject | undefined>;
  /** Somebody changed, made or removed an object that bears Helm's label (its status does not count). */
  onChange(listen: (object: KubeObject) => void): void;
}

/** Helm puts it on everything that it makes. */
const labelSelector = 'app.kubernetes.io/managed-by=Helm';

type Watched = { readonly cache: Cache<KubeObject>; isReady: boolean };

/** Watches a kind from the first time that it is asked for. A kind that may not be listed is just read. */
export function followLiveObjects(cluster: Cluster, run: Run, namespace?: string): LiveObjects {
  const listeners: Array<(object: KubeObject) => void> = [];
  const watches = new Map<string, Watched | 'refused' | Promise<void>>();
  const begin = async (resource: Resource, id: string): Promise<void> => {
    const query = {
      labelSelector,
      ...(namespace === undefined || !resource.namespaced ? {} : { namespace }),
    };
    const mayList = await canList(cluster, resource, query);
    if (!mayList) return void watches.set(id, 'refused');
    const cache = watchCache(cluster, { ...resource, parse: withoutManagers }, run, query);
    const watched: Watched = { cache, isReady: false };
    watches.set(id, watched);
    cache.onChange(({ type, object }, before) => {
      // The first list is no news.
      if (!watched.isReady || (type !== 'deleted' && isStatusOnly(object, before))) return;
      for (const listen of listeners) listen(object);
    });
    await cache.ready;
    watched.isReady = true;
  };
  return {
    get: async (resource, key) => {
      const id = `${resource.apiVersion}/${resource.kind}`;
      const watched = watches.get(id);
      if (watched === undefined) {
        watches.set(
          id,
          begin(resource, id).catch(() => {}),
        );
      } else if (typeof watched === 'object' && 'cache' in watched && watched.isReady) {
        const held = watched.cache.get(keyOf(resource, key));
        if (held !== undefined) return held;
      }
      return cluster.get(resource, key);
    },
    onChange: (listen) => void listeners.push(listen),
  };
}

async function canList(
  cluster: Cluster,
  resource: Resource,
  query: { labelSelector: string; namespace?: string },
): Promise<boolean> {
  if (!resource.verbs.includes('watch')) return false;
  try {
    // None has this name: the answer is small, and tells whether asking is allowed.
    await cluster.list(resource, { ...query, fieldSelector: 'metadata.name=-' });
    return true;
  } catch (thrown) {
    if (thrown instanceof KnownError) return false;
    throw thrown;
  }
}

function keyOf(resource: Resource, { namespace, name }: Key): Key {
  return resource.namespaced && namespace !== undefined ? { namespace, name } : { name };
}

function withoutManagers(raw: unknown): KubeObject {
  const { metadata, ...rest } = raw as KubeObject;
  const { managedFields: _managers, ...kept } = metadata;
  return { ...rest, metadata: kept } as KubeObject;
}

function isStatusOnly(object: KubeObject, before: KubeObject | undefined): boolean {
  if (before === undefined) return false;
  const bare = ({ status: _status, metadata, ...rest }: KubeObject): unknown => {
    const { resourceVersion: _version, ...kept } = metadata;
    return [rest, kept];
  };
  return isDeepStrictEqual(bare(object), bare(before));
}

/** Changes when the object does; for what counts generations, its status changes nothing. */
export function stampOf(object: KubeObject | undefined): string {
  if (object === undefined) return '-';
  const { uid = '', generation, resourceVersion, labels, annotations } = object.metadata;
  if (generation === undefined) return `${uid}@${resourceVersion ?? ''}`;
  return `${uid}#${generation} ${JSON.stringify([labels, annotations])}`;
}
