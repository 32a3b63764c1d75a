import type { KubeObject } from '../../base/index.ts';
import { setNewMetadata } from './write/new-metadata.ts';
import { nowText, type ServerState } from './server-state.ts';

const prefix = '/apiregistration.k8s.io/apiservices/';
const managed = 'kube-aggregator.kubernetes.io/automanaged';

/**
 * Keeps an APIService for every group version this server answers itself: Available, reason Local. Those
 * of custom groups come and go with their definitions; what somebody else wrote is left alone.
 */
export function writeApiServices(state: Pick<ServerState, 'store' | 'clock' | 'resources'>): void {
  const { store } = state;
  const wanted = new Map(wantedServices(state).map((each) => [each.metadata.name, each]));
  for (const stored of store.list(prefix).items) {
    const name = stored.key.slice(prefix.length);
    if (!wanted.delete(name) && stored.parse().metadata.labels?.[managed] !== undefined)
      store.remove(stored.key, stored.revision);
  }
  for (const [name, service] of wanted) {
    setNewMetadata(service.metadata, nowText(state.clock));
    store.put(`${prefix}${name}`, service, 0);
  }
}

function wantedServices({
  resources,
  clock,
}: Pick<ServerState, 'resources' | 'clock'>): KubeObject[] {
  const groups = resources.groups();
  return groups.flatMap(({ versions }, at) =>
    versions.map(({ group, version, resources: served }, rank) => ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {
        name: `${version}.${group}`,
        labels: { [managed]: served.every(({ custom }) => custom) ? 'true' : 'onstart' },
      },
      spec: {
        ...(group === '' ? {} : { group }),
        version,
        // The order of discovery, as numbers: the first group is asked first.
        groupPriorityMinimum: Math.max(1000, 18_000 - at * 100),
        versionPriority: Math.max(1, 15 - rank),
      },
      status: {
        conditions: [
          {
            type: 'Available',
            status: 'True',
            lastTransitionTime: nowText(clock),
            reason: 'Local',
            message: 'Local APIServices are always available',
          },
        ],
      },
    })),
  );
}

/** Follows the definitions; the function ends it. */
export function followApiServices(state: ServerState): () => void {
  let seen = state.resources.generation;
  let isDue = false;
  writeApiServices(state);
  return state.store.watch({
    prefix: '/apiextensions.k8s.io/customresourcedefinitions/',
    since: state.store.revision,
    onEvent() {
      if (isDue || state.closing.aborted) return;
      isDue = true;
      // What is served changes with the same event, a moment later.
      setImmediate(() => {
        isDue = false;
        if (state.closing.aborted || seen === state.resources.generation) return;
        seen = state.resources.generation;
        writeApiServices(state);
      });
    },
  });
}
