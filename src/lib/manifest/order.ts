import type { KubeObject } from '../../base/index.ts';

// Flux 1.25's ranks: what others need comes first, custom resources come last.
const ranks: ReadonlyArray<readonly string[]> = [
  ['Namespace'],
  [
    'CustomResourceDefinition',
    'ServiceAccount',
    'ClusterRole',
    'Role',
    'PersistentVolume',
    'Service',
  ],
  [
    'ResourceQuota',
    'LimitRange',
    'Secret',
    'ConfigMap',
    'RoleBinding',
    'ClusterRoleBinding',
    'PersistentVolumeClaim',
    'Ingress',
  ],
  [
    'DaemonSet',
    'Deployment',
    'ReplicationController',
    'ReplicaSet',
    'Job',
    'CronJob',
    'StatefulSet',
  ],
];

const rankOfKind = new Map(ranks.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank])));

/** 0 for namespaces to 4 for custom resources: the order in which objects are applied. */
export function applyRank(kind: string): number {
  return rankOfKind.get(kind) ?? ranks.length;
}

/** Objects in the order in which they are applied; ties by name. Deletions go in reverse. */
export function inApplyOrder<T extends { readonly object: KubeObject }>(all: readonly T[]): T[] {
  return all.toSorted(
    (a, b) =>
      applyRank(a.object.kind) - applyRank(b.object.kind) ||
      compare(a.object.metadata.name, b.object.metadata.name) ||
      compare(a.object.metadata.namespace ?? '', b.object.metadata.namespace ?? ''),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
