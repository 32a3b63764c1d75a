import type { Key, Kind } from '../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { ChartsRepository, HelmRelease } from '../../api/helm-release/index.ts';
import { runController } from '../../lib/controller/index.ts';
import type { ControllerPorts } from '../../lib/controller/index.ts';
import type { ActPorts } from './act/acting.ts';
import { createAttempts } from './attempts.ts';
import { dependenciesOf } from './dependencies.ts';
import { createRepairs } from './drift/repairs.ts';
import { createLiveReleases } from './live-releases.ts';
import type { LiveReleasePorts } from './live-releases.ts';
import type { ObservePorts } from './observe.ts';
import { releaseReconciler } from './reconciler.ts';
import { createStatuses } from './statuses.ts';
import { usesObject } from './watch/value-objects.ts';

/** The controller of the HelmReleases of one kind. */
export interface Edition {
  readonly kind: Kind;
  list(): HelmRelease[];
  enqueue(key: Key): void;
  queued(): number;
  readonly done: Promise<void>;
}

export interface EditionPorts {
  readonly controller: Omit<ControllerPorts, 'name' | 'trustsWatch'>;
  readonly observing: Omit<ObservePorts, 'attempts' | 'neighbour' | 'liveReleases'>;
  readonly acting: Omit<ActPorts, 'attempts' | 'statuses' | 'repairs'>;
  readonly live: Omit<LiveReleasePorts, 'repairs'>;
  readonly logDifferences: boolean;
  readonly chartsRepository: ChartsRepository | undefined;
}

/** Runs the HelmReleases of one kind until the signal aborts. */
export function startEdition(ports: EditionPorts, kind: Kind, signal: AbortSignal): Edition {
  const { clock, cluster } = ports.controller;
  const attempts = createAttempts(clock);
  const repairs = createRepairs(clock);
  const statuses = createStatuses(cluster, kind, ports.chartsRepository);
  const liveReleases = createLiveReleases({ ...ports.live, repairs });
  const cached = new Map<string, HelmRelease>();
  const reconciler = releaseReconciler({
    observing: {
      ...ports.observing,
      attempts,
      liveReleases,
      neighbour: ({ namespace = '', name }) => cached.get(`${namespace}/${name}`),
    },
    acting: { ...ports.acting, attempts, statuses, repairs },
    heads: ports.live.heads,
    liveReleases,
    logDifferences: ports.logDifferences,
  });
  const { cache, ...controller } = runController(
    reconciler,
    { ...ports.controller, name: 'helm-operator', trustsWatch: true },
    signal,
  );
  cache.onChange(({ type, object }) => {
    const release = object as HelmRelease;
    const id = `${release.metadata.namespace ?? ''}/${release.metadata.name}`;
    if (type !== 'deleted') cached.set(id, release);
    else {
      cached.delete(id);
      statuses.forget(object);
      liveReleases.forget(object.metadata);
      attempts.succeeded(object.metadata);
      ports.acting.metrics.forget(release);
    }
    wakeDependants(cached.values(), release, controller.enqueue);
  });
  const edition = { kind, ...controller, list: () => [...cached.values()] };
  wakeOnChanges(ports, edition, signal);
  return edition;
}

/** Whoever waits for a release looks again when its status changes. */
function wakeDependants(
  all: Iterable<HelmRelease>,
  { metadata }: HelmRelease,
  enqueue: (key: Key) => void,
): void {
  for (const each of all) {
    const depends = dependenciesOf(each).some(
      ({ namespace, name }) => name === metadata.name && namespace === metadata.namespace,
    );
    if (depends) enqueue(each.metadata);
  }
}

/** What a release is made of, or made, changed under it. */
function wakeOnChanges(ports: EditionPorts, edition: Edition, signal: AbortSignal): void {
  const wake = (isMeant: (release: HelmRelease) => boolean): void => {
    if (signal.aborted) return;
    for (const each of edition.list()) if (isMeant(each)) edition.enqueue(each.metadata);
  };
  ports.observing.valueObjects.onChange((kind, key) =>
    wake((release) => usesObject(release, kind, key)),
  );
  ports.live.heads.onChange(({ namespace, name }) =>
    wake((release) => releaseNameOf(release) === name && targetNamespaceOf(release) === namespace),
  );
  ports.live.objects.onChange(({ metadata }) => {
    const { annotations = {} } = metadata;
    const name = annotations['meta.helm.sh/release-name'];
    const namespace = annotations['meta.helm.sh/release-namespace'];
    wake((release) => releaseNameOf(release) === name && targetNamespaceOf(release) === namespace);
  });
}
