import type { ResourceRow } from './resource-row.ts';

const cluster = 'cluster' as const;

const workload = (at: string, plural: string, kind: string, short: string): ResourceRow => ({
  at,
  plural,
  kind,
  short,
  // `get all` asks one version of each.
  ...(at === 'apps/v1' ? { all: true } : {}),
  sub: kind === 'DaemonSet' ? 'status' : 'scale status',
  generation: true,
  ...(at === 'apps/v1'
    ? {}
    : {
        storedAs: 'apps/v1',
        legacyOnly: true,
        orphans: true,
        deprecated: `v1.${at === 'apps/v1beta2' ? 9 : 8}+, unavailable in v1.16+; use apps/v1 ${kind}`,
      }),
});

const apps: readonly ResourceRow[] = [
  { at: 'apps/v1', plural: 'controllerrevisions', kind: 'ControllerRevision' },
  workload('apps/v1', 'daemonsets', 'DaemonSet', 'ds'),
  workload('apps/v1', 'deployments', 'Deployment', 'deploy'),
  workload('apps/v1', 'replicasets', 'ReplicaSet', 'rs'),
  workload('apps/v1', 'statefulsets', 'StatefulSet', 'sts'),
  workload('apps/v1beta2', 'daemonsets', 'DaemonSet', 'ds'),
  workload('apps/v1beta2', 'deployments', 'Deployment', 'deploy'),
  workload('apps/v1beta2', 'replicasets', 'ReplicaSet', 'rs'),
  workload('apps/v1beta2', 'statefulsets', 'StatefulSet', 'sts'),
  workload('apps/v1beta1', 'deployments', 'Deployment', 'deploy'),
  workload('apps/v1beta1', 'statefulsets', 'StatefulSet', 'sts'),
  workload('extensions/v1beta1', 'daemonsets', 'DaemonSet', 'ds'),
  workload('extensions/v1beta1', 'deployments', 'Deployment', 'deploy'),
  workload('extensions/v1beta1', 'replicasets', 'ReplicaSet', 'rs'),
];

const batch: readonly ResourceRow[] = [
  {
    at: 'batch/v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    since: 21,
    short: 'cj',
    all: true,
    sub: 'status',
    generation: true,
  },
  {
    at: 'batch/v1',
    plural: 'jobs',
    kind: 'Job',
    all: true,
    sub: 'status',
    orphans: true,
    generation: true,
  },
  {
    at: 'batch/v1beta1',
    plural: 'cronjobs',
    kind: 'CronJob',
    short: 'cj',
    all: true,
    sub: 'status',
    storedAs: 'batch/v1',
    orphans: true,
    generation: true,
    deprecated: 'v1.21+, unavailable in v1.25+; use batch/v1 CronJob',
  },
];

const autoscaler = (version: string, deprecated?: string): ResourceRow => ({
  at: `autoscaling/${version}`,
  plural: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  short: 'hpa',
  all: true,
  sub: 'status',
  storedAs: 'autoscaling/v2',
  ...(version === 'v2' ? { since: 23 } : {}),
  ...(deprecated === undefined ? {} : { deprecated }),
});

const autoscaling: readonly ResourceRow[] = [
  autoscaler('v2'),
  autoscaler('v1'),
  autoscaler(
    'v2beta2',
    'v1.23+, unavailable in v1.26+; use autoscaling/v2 HorizontalPodAutoscaler',
  ),
  autoscaler(
    'v2beta1',
    'v1.22+, unavailable in v1.25+; use autoscaling/v2 HorizontalPodAutoscaler',
  ),
];

const ingress = (at: string): ResourceRow => ({
  at,
  plural: 'ingresses',
  kind: 'Ingress',
  // A short name in two groups makes kubectl warn; the old group does without.
  ...(at.startsWith('extensions') ? {} : { short: 'ing' }),
  sub: 'status',
  generation: true,
  storedAs: 'networking.k8s.io/v1',
  ...(at.endsWith('v1')
    ? {}
    : {
        deprecated: `v1.${at.startsWith('e') ? 14 : 19}+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress`,
      }),
});

const networking: readonly ResourceRow[] = [
  ingress('networking.k8s.io/v1'),
  {
    at: 'networking.k8s.io/v1',
    plural: 'ingressclasses',
    kind: 'IngressClass',
    scope: cluster,
    generation: true,
  },
  {
    at: 'networking.k8s.io/v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    short: 'netpol',
    generation: true,
  },
  ingress('networking.k8s.io/v1beta1'),
  {
    at: 'networking.k8s.io/v1beta1',
    plural: 'ingressclasses',
    kind: 'IngressClass',
    scope: cluster,
    generation: true,
    storedAs: 'networking.k8s.io/v1',
    deprecated: 'v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 IngressClassList',
  },
  ingress('extensions/v1beta1'),
  {
    at: 'extensions/v1beta1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    short: 'netpol',
    generation: true,
    storedAs: 'networking.k8s.io/v1',
    legacyOnly: true,
    deprecated: 'v1.9+, unavailable in v1.16+; use networking.k8s.io/v1 NetworkPolicy',
  },
];

const policy: readonly ResourceRow[] = [
  {
    at: 'policy/v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    since: 21,
    short: 'pdb',
    sub: 'status',
    generation: true,
    locked: true,
  },
  {
    at: 'policy/v1beta1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    short: 'pdb',
    sub: 'status',
    generation: true,
    locked: true,
    storedAs: 'policy/v1',
    deprecated: 'v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget',
  },
  {
    at: 'policy/v1beta1',
    plural: 'podsecuritypolicies',
    kind: 'PodSecurityPolicy',
    short: 'psp',
    scope: cluster,
    legacyOnly: true,
    deprecated: 'v1.21+, unavailable in v1.25+',
  },
];

const role = (version: string, plural: string, kind: string, scope?: 'cluster'): ResourceRow => ({
  at: `rbac.authorization.k8s.io/${version}`,
  plural,
  kind,
  ...(scope === undefined ? {} : { scope }),
  createOnPut: true,
  nameRule: 'pathSegment',
  storedAs: 'rbac.authorization.k8s.io/v1',
  ...(version === 'v1'
    ? {}
    : {
        deprecated: `v1.17+, unavailable in v1.22+; use rbac.authorization.k8s.io/v1 ${kind}`,
      }),
});

const rbac: readonly ResourceRow[] = ['v1', 'v1beta1'].flatMap((version) => [
  role(version, 'clusterrolebindings', 'ClusterRoleBinding', cluster),
  role(version, 'clusterroles', 'ClusterRole', cluster),
  role(version, 'rolebindings', 'RoleBinding'),
  role(version, 'roles', 'Role'),
]);

/** apps, batch, autoscaling, networking, policy and rbac. */
export const workloadRows: readonly ResourceRow[] = [
  ...apps,
  ...batch,
  ...autoscaling,
  ...networking,
  ...policy,
  ...rbac,
];
