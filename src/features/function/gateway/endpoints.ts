import { isRecord, keyText } from '../../../base/index.ts';
import type { Key, KubeObject, Run } from '../../../base/index.ts';
import { functionKind } from '../../../api/function/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { functionPort } from '../settings.ts';

/** Where one pod answers. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Answers without asking the cluster: all is kept by a watch. */
export interface EndpointTable {
  /** Whether there is such a function. */
  knows(key: Key): boolean;
  /** One ready pod of it, picked at random; undefined when there is none. */
  pick(key: Key): Address | undefined;
  /** Resolves when the first look at the cluster is over. */
  readonly ready: Promise<void>;
}

/** A table over the functions and endpoints of a cluster. Only what belongs to a Function is in it. */
export function watchEndpoints(cluster: Cluster, run: Run): EndpointTable {
  const functions = watchCache(cluster, functionKind, run);
  const endpoints = watchCache(cluster, kinds.Endpoints, run);
  const known = new Map<string, string>();
  const addresses = new Map<string, readonly Address[]>();

  functions.onChange(({ type, object }, before) => {
    const { namespace } = object.metadata;
    const idOf = (each: typeof object): string =>
      keyText({ ...(namespace ? { namespace } : {}), name: each.spec?.name || each.metadata.name });
    if (before !== undefined) known.delete(idOf(before));
    if (type !== 'deleted') known.set(idOf(object), object.metadata.name);
    else known.delete(idOf(object));
  });
  endpoints.onChange(({ type, object }) => {
    const id = keyText(object.metadata);
    const ready = type === 'deleted' ? [] : addressesOf(object);
    if (ready.length === 0) addresses.delete(id);
    else addresses.set(id, ready);
  });
  return {
    knows: (key) => known.has(keyText(key)),
    pick(key) {
      const id = keyText(key);
      if (!known.has(id)) return undefined;
      const ready = addresses.get(id);
      return ready?.[Math.floor(Math.random() * ready.length)];
    },
    ready: Promise.all([functions.ready, endpoints.ready]).then(() => {}),
  };
}

/** The ready addresses of an Endpoints object; port 8080 when it names none. */
export function addressesOf(endpoints: KubeObject): Address[] {
  const subsets = Array.isArray(endpoints.subsets) ? endpoints.subsets : [];
  return subsets.filter(isRecord).flatMap((subset) => {
    const [first] = Array.isArray(subset.ports) ? subset.ports : [];
    const port = isRecord(first) && typeof first.port === 'number' ? first.port : functionPort;
    const ready = Array.isArray(subset.addresses) ? subset.addresses : [];
    return ready
      .filter(isRecord)
      .flatMap(({ ip }) => (typeof ip === 'string' ? [{ host: ip, port }] : []));
  });
}
