/** Kinds in the order in which a release creates them; others come last, by name. */
export const installOrder: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
];

/** The reverse, except that a Service goes right after the IngressClass. */
export const uninstallOrder: readonly string[] = installOrder
  .toReversed()
  .flatMap((kind) => (kind === 'IngressClass' ? [kind, 'Service'] : [kind]))
  .filter((kind, at, all) => kind !== 'Service' || all.indexOf(kind) === at);

/** Sorts by kind and keeps the order within a kind. */
export function sortByKind<T>(
  entries: readonly T[],
  kindOf: (entry: T) => string,
  order: readonly string[] = installOrder,
): T[] {
  const rank = new Map(order.map((kind, at) => [kind, at]));
  return entries.toSorted((a, b) => {
    const kinds = [kindOf(a), kindOf(b)] as const;
    const ranks = [rank.get(kinds[0]), rank.get(kinds[1])] as const;
    if (ranks[0] !== undefined && ranks[1] !== undefined) return ranks[0] - ranks[1];
    if (ranks[0] !== undefined) return -1;
    if (ranks[1] !== undefined) return 1;
    if (kinds[0] === kinds[1]) return 0;
    return kinds[0] < kinds[1] ? -1 : 1;
  });
}
