import { isDeepStrictEqual } from 'node:util';
import { keyText } from '../../../base/index.ts';
import type { Key, Kind, KubeObject, Run } from '../../../base/index.ts';
import { valueSourcesOf } from '../../../api/helm-release/index.ts';
import type { HelmRelease } from '../../../api/helm-release/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cache, Cluster } from '../../../lib/kube/index.ts';

/** ConfigMaps and Secrets that values come from, watched from the first time that one is named. */
export interface ValueObjects {
  /** As the watch last told it; from the cluster where `isFresh` or while the watch has not begun. */
  get(kind: Kind, key: Key, isFresh: boolean): Promise<KubeObject | undefined>;
  /** The contents of one changed. */
  onChange(listen: (kind: string, key: Key) => void): void;
}

/** Contents are kept only of objects that releases name; of all others there is but the name. */
export function followValueObjects(cluster: Cluster, run: Run, namespace?: string): ValueObjects {
  const named = new Set<string>();
  const caches = new Map<string, { cache: Cache<KubeObject>; isReady: boolean }>();
  const listeners: Array<(kind: string, key: Key) => void> = [];
  const begin = (kind: Kind): void => {
    const parse = (raw: unknown): KubeObject => {
      const object = raw as KubeObject;
      return named.has(idOf(kind, object.metadata)) ? object : bare(object);
    };
    const query = namespace === undefined ? {} : { namespace };
    const entry = { cache: watchCache(cluster, { ...kind, parse }, run, query), isReady: false };
    caches.set(kind.kind, entry);
    entry.cache.ready.then(
      () => (entry.isReady = true),
      () => {},
    );
    entry.cache.onChange(({ object }, before) => {
      if (!entry.isReady || !named.has(idOf(kind, object.metadata))) return;
      if (before !== undefined && isSame(object, before)) return;
      for (const listen of listeners) listen(kind.kind, object.metadata);
    });
  };
  return {
    get: async (kind, key, isFresh) => {
      named.add(idOf(kind, key));
      const entry = caches.get(kind.kind);
      if (entry === undefined) begin(kind);
      const held = isFresh || entry?.isReady !== true ? undefined : entry.cache.get(key);
      if (held !== undefined && !isBare(held)) return held;
      return cluster.get(kind, key);
    },
    onChange: (listen) => void listeners.push(listen),
  };
}

/** Whether a release takes values from that object. */
export function usesObject(release: HelmRelease, kind: string, key: Key): boolean {
  const own = release.metadata.namespace ?? 'default';
  return valueSourcesOf(release.spec).some(({ configMapKeyRef, secretKeyRef }) => {
    const ref = kind === kinds.Secret.kind ? secretKeyRef : configMapKeyRef;
    return ref?.name === key.name && (ref.namespace ?? own) === key.namespace;
  });
}

function idOf(kind: Kind, key: Key): string {
  return `${kind.kind} ${keyText(key)}`;
}

function bare({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, resourceVersion } = metadata;
  const kept = { name, ...(namespace === undefined ? {} : { namespace }) };
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  return { apiVersion, kind, metadata: { ...kept, ...version }, isBare: true };
}

function isBare(object: KubeObject): boolean {
  return object['isBare'] === true;
}

function isSame(object: KubeObject, before: KubeObject): boolean {
  return (
    object.metadata.uid === before.metadata.uid && isDeepStrictEqual(object['data'], before['data'])
  );
}
