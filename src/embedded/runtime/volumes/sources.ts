import { keyText, type Key, type Kind, type KubeObject, type Run } from '../../../base/index.ts';
import { kinds, watchCache, type Cache, type Cluster } from '../../../lib/kube/index.ts';

/** ConfigMaps and Secrets by name. Only those in use are watched, so that the rest costs no memory. */
export interface Sources {
  /** As it is now; undefined when it is not there. */
  get(kind: SourceKind, key: Key): Promise<KubeObject | undefined>;
  /** Calls whenever the object changes, comes or goes, until the signal. */
  follow(kind: SourceKind, key: Key, changed: () => void, signal: AbortSignal): void;
}

export type SourceKind = 'ConfigMap' | 'Secret';

interface Followed {
  readonly stop: AbortController;
  readonly cache: Cache<KubeObject>;
  readonly listeners: Set<() => void>;
}

/** Reads through the cluster. */
export function createSources(cluster: Cluster, run: Run): Sources {
  const followed = new Map<string, Followed>();
  const open = (kind: SourceKind, key: Key, id: string): Followed => {
    const stop = new AbortController();
    const listeners = new Set<() => void>();
    const signal = AbortSignal.any([run.signal, stop.signal]);
    const query = {
      ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
      fieldSelector: `metadata.name=${key.name}`,
    };
    const slim: Kind = { ...kinds[kind], parse: versionOnly };
    const cache = watchCache(cluster, slim, { ...run, signal }, query);
    cache.onChange(() => {
      for (const listen of listeners) listen();
    });
    const made = { stop, cache, listeners };
    followed.set(id, made);
    return made;
  };
  return {
    get: (kind, key) => cluster.get(kinds[kind], key),
    follow: (kind, key, changed, signal) => {
      if (signal.aborted) return;
      const id = `${kind} ${keyText(key)}`;
      const { listeners, stop } = followed.get(id) ?? open(kind, key, id);
      listeners.add(changed);
      signal.addEventListener(
        'abort',
        () => {
          listeners.delete(changed);
          if (listeners.size > 0) return;
          stop.abort();
          followed.delete(id);
        },
        { once: true },
      );
    },
  };
}

/** The content is read when it is written out, and is not kept. */
function versionOnly(raw: unknown): KubeObject {
  const { apiVersion, kind, metadata } = raw as KubeObject;
  const { name, namespace, resourceVersion } = metadata;
  const kept = { name, namespace, resourceVersion } as KubeObject['metadata'];
  return { apiVersion, kind, metadata: kept };
}
