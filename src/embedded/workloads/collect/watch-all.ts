import { messageOf, type Kind, type KubeObject } from '../../../base/index.ts';
import { kinds, watchCache, type Resource } from '../../../lib/kube/index.ts';
import type { LoopPorts } from '../loop-ports.ts';

/** Told of every change of every object; only its metadata may be read. */
export type Listen = (kind: Kind, object: KubeObject, gone: boolean) => void;

/** Objects nobody owns and that come in masses. */
const ignored = new Set(['events', 'componentstatuses', 'bindings']);

/** The resources whose objects can be watched and deleted, one version of each. */
export function collectable(resources: readonly Resource[]): Resource[] {
  const seen = new Set<string>();
  return resources.filter((each) => {
    const id = `${each.plural}.${each.group}`;
    const wanted = ['list', 'watch', 'delete'].every((verb) => each.verbs.includes(verb));
    if (!wanted || seen.has(id) || ignored.has(each.plural)) return false;
    seen.add(id);
    return true;
  });
}

/** Watches everything the cluster serves, kinds of new CRDs too; kinds with a shared store use that. */
export function watchAll(ports: LoopPorts, listen: Listen): void {
  const watched = new Map<string, AbortController>();
  const stores = new Map(
    Object.values(ports.stores).map((store) => [idOf(store.kind), store] as const),
  );
  const begin = (resource: Resource): void => {
    const store = stores.get(idOf(resource));
    const stop = new AbortController();
    watched.set(idOf(resource), stop);
    if (store !== undefined) {
      store.onChange((object: KubeObject, _before: unknown, gone: boolean) =>
        listen(resource, object, gone),
      );
      return;
    }
    const signal = AbortSignal.any([ports.signal, stop.signal]);
    // Only metadata is kept: a Secret's content has no business in this cache.
    const kind: Kind = { ...resource, parse: metadataOnly };
    watchCache(ports.cluster, kind, { ...ports, signal }).onChange(({ type, object }) =>
      listen(resource, object, type === 'deleted'),
    );
  };
  let turn = Promise.resolve();
  const refresh = (): void => {
    turn = turn.then(async () => {
      try {
        const found = collectable(await ports.cluster.resources(true));
        const ids = new Set(found.map(idOf));
        for (const [id, stop] of watched)
          if (!ids.has(id)) {
            stop.abort();
            watched.delete(id);
          }
        for (const each of found) if (!watched.has(idOf(each))) begin(each);
      } catch (thrown) {
        if (ports.signal.aborted) return;
        ports.log.warn('the kinds of the cluster could not be listed', { err: messageOf(thrown) });
        ports.clock.sleep(1000, ports.signal).then(refresh, () => {});
      }
    });
  };
  refresh();
  watchCache(
    ports.cluster,
    { ...kinds.CustomResourceDefinition, parse: conditionsOnly },
    ports,
  ).onChange(({ type, object }, before) => {
    const isNews = type === 'deleted' || before?.['established'] !== object['established'];
    if (isNews) refresh();
  });
}

function idOf(kind: Kind): string {
  return `${kind.plural}.${kind.apiVersion}`;
}

function metadataOnly(raw: unknown): KubeObject {
  const { apiVersion, kind, metadata } = raw as KubeObject;
  const { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } =
    metadata;
  const kept = {
    name,
    namespace,
    uid,
    resourceVersion,
    ownerReferences,
    finalizers,
    deletionTimestamp,
  };
  const present = Object.entries(kept).filter(([, value]) => value !== undefined);
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(present) as unknown as KubeObject['metadata'],
  };
}

function conditionsOnly(raw: unknown): KubeObject {
  const { status } = raw as { status?: { conditions?: Array<{ type: string; status: string }> } };
  const established = status?.conditions?.find((each) => each.type === 'Established')?.status;
  return { ...metadataOnly(raw), established };
}
