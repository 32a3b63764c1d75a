import {
  keyText,
  KnownError,
  messageOf,
  type Key,
  type Kind,
  type KubeObject,
  type Run,
} from '../../base/index.ts';
import type { Change, Cluster, Query } from './cluster.ts';

/** The objects of one kind as the cluster last told them. Objects are shared: never change one. */
export interface Cache<O extends KubeObject> {
  get(key: Key): O | undefined;
  list(namespace?: string): O[];
  /** Resolves when the first list is in. */
  readonly ready: Promise<void>;
  /** Called after the cache has taken each change in; also for every object of the first list. */
  onChange(listen: (change: Change<O>, before: O | undefined) => void): void;
}

const retryMs = [50, 200, 1000, 5000] as const;

/**
 * Lists, then watches, and starts over whenever the watch breaks: no change is lost, since the new
 * list is compared with what is held (vanished objects are told as `deleted`). Ends with the run.
 */
export function watchCache<O extends KubeObject>(
  cluster: Cluster,
  kind: Kind<O>,
  run: Run,
  query: Query = {},
): Cache<O> {
  const held = new Map<string, O>();
  const listeners: Array<(change: Change<O>, before: O | undefined) => void> = [];
  const ready = Promise.withResolvers<void>();

  const take = (change: Change<O>): void => {
    const id = keyText(change.object.metadata);
    const before = held.get(id);
    if (change.type === 'deleted') held.delete(id);
    else held.set(id, change.object);
    for (const listen of listeners) listen(change, before);
  };

  const relist = async (): Promise<string> => {
    const { items, version } = await cluster.list(kind, query);
    const seen = new Set(items.map((item) => keyText(item.metadata)));
    for (const [id, object] of held) if (!seen.has(id)) take({ type: 'deleted', object });
    for (const object of items) {
      const before = held.get(keyText(object.metadata));
      if (before === undefined) take({ type: 'added', object });
      else if (before.metadata.resourceVersion !== object.metadata.resourceVersion)
        take({ type: 'modified', object });
    }
    ready.resolve();
    return version;
  };

  void keepWatching({ cluster, kind, query, run, relist, take });
  return {
    get: (key) => held.get(keyText(key)),
    list: (namespace) =>
      namespace === undefined
        ? [...held.values()]
        : [...held.values()].filter((each) => each.metadata.namespace === namespace),
    ready: ready.promise,
    onChange: (listen) => {
      listeners.push(listen);
      for (const object of held.values()) listen({ type: 'added', object }, undefined);
    },
  };
}

interface Watching<O extends KubeObject> {
  readonly cluster: Cluster;
  readonly kind: Kind<O>;
  readonly query: Query;
  readonly run: Run;
  readonly relist: () => Promise<string>;
  readonly take: (change: Change<O>) => void;
}

async function keepWatching<O extends KubeObject>(watching: Watching<O>): Promise<void> {
  const { run, kind } = watching;
  let failures = 0;
  let since: string | undefined;
  while (!run.signal.aborted) {
    try {
      since ??= await watching.relist();
      failures = 0;
      since = await follow(watching, since);
      // The server closed it in good order; a short pause keeps a server that always does so from being flooded.
      await run.clock.sleep(retryMs[0], run.signal).catch(() => {});
    } catch (thrown) {
      if (run.signal.aborted) return;
      // 410: what we asked for is compacted away; the next round lists again. So it does for any other failure.
      since = undefined;
      const expired = thrown instanceof KnownError && thrown.status === 410;
      if (!expired)
        run.log.warn(`watch of ${kind.plural} failed, trying again`, { err: messageOf(thrown) });
      const wait = retryMs[Math.min(failures, retryMs.length - 1)] ?? 5000;
      failures += 1;
      await run.clock.sleep(wait, run.signal).catch(() => {});
    }
  }
}

/** One watch to its end; the version to go on from. */
async function follow<O extends KubeObject>(watching: Watching<O>, since: string): Promise<string> {
  const { cluster, kind, query, run, take } = watching;
  let last = since;
  for await (const change of cluster.watch(kind, { ...query, since, signal: run.signal })) {
    last = change.object.metadata.resourceVersion ?? last;
    if (change.type !== 'bookmark') take(change);
  }
  return last;
}
