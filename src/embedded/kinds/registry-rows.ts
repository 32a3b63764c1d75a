import type { BuiltinResource } from './resource.ts';

/** One line of the registry; what is absent has the value most kinds have. */
export interface ResourceRow {
  /** `v1`, `apps/v1`. */
  readonly at: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope?: 'cluster';
  readonly short?: string;
  /** In the category `all`. */
  readonly all?: boolean;
  /** Only where they are not all eight. */
  readonly verbs?: readonly string[];
  /** Subresource names, separated by spaces. */
  readonly sub?: string;
  /** The group version objects are kept in, when it is not this one. */
  readonly storedAs?: string;
  readonly deleteReply?: 'object';
  /** Children are orphaned unless the request says otherwise. */
  readonly orphans?: boolean;
  readonly generation?: boolean;
  /** A PUT needs a resourceVersion. */
  readonly locked?: boolean;
  readonly createOnPut?: boolean;
  readonly nameRule?: BuiltinResource['nameRule'];
  readonly legacyOnly?: boolean;
  /** `v1.14+, unavailable in v1.22+; use …`: the end of the Warning text. */
  readonly deprecated?: string;
}

const create = ['create'] as const;
const object = 'object' as const;
const cluster = 'cluster' as const;
const pathSegment = 'pathSegment' as const;
const withoutCollection = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

const core: readonly ResourceRow[] = [
  { at: 'v1', plural: 'bindings', kind: 'Binding', verbs: create },
  {
    at: 'v1',
    plural: 'componentstatuses',
    kind: 'ComponentStatus',
    scope: cluster,
    short: 'cs',
    verbs: ['get', 'list'],
  },
  { at: 'v1', plural: 'configmaps', kind: 'ConfigMap', short: 'cm' },
  { at: 'v1', plural: 'endpoints', kind: 'Endpoints', short: 'ep', createOnPut: true },
  { at: 'v1', plural: 'events', kind: 'Event', short: 'ev', createOnPut: true },
  { at: 'v1', plural: 'limitranges', kind: 'LimitRange', short: 'limits', createOnPut: true },
  {
    at: 'v1',
    plural: 'namespaces',
    kind: 'Namespace',
    scope: cluster,
    short: 'ns',
    verbs: withoutCollection,
    sub: 'finalize status',
    deleteReply: object,
    nameRule: 'label',
  },
  {
    at: 'v1',
    plural: 'nodes',
    kind: 'Node',
    scope: cluster,
    short: 'no',
    sub: 'proxy status',
  },
  {
    at: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    short: 'pvc',
    sub: 'status',
    deleteReply: object,
  },
  {
    at: 'v1',
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    scope: cluster,
    short: 'pv',
    sub: 'status',
    deleteReply: object,
  },
  {
    at: 'v1',
    plural: 'pods',
    kind: 'Pod',
    short: 'po',
    all: true,
    sub: 'attach binding eviction exec log portforward proxy status',
    deleteReply: object,
    generation: true,
  },
  { at: 'v1', plural: 'podtemplates', kind: 'PodTemplate', deleteReply: object, generation: true },
  {
    at: 'v1',
    plural: 'replicationcontrollers',
    kind: 'ReplicationController',
    short: 'rc',
    all: true,
    sub: 'scale status',
    orphans: true,
    generation: true,
  },
  {
    at: 'v1',
    plural: 'resourcequotas',
    kind: 'ResourceQuota',
    short: 'quota',
    sub: 'status',
    deleteReply: object,
  },
  { at: 'v1', plural: 'secrets', kind: 'Secret' },
  {
    at: 'v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    short: 'sa',
    sub: 'token',
    deleteReply: object,
  },
  {
    at: 'v1',
    plural: 'services',
    kind: 'Service',
    short: 'svc',
    all: true,
    sub: 'proxy status',
    deleteReply: object,
    createOnPut: true,
    nameRule: 'dns1035',
  },
];

const workload = (at: string, plural: string, kind: string, short: string): ResourceRow => ({
  at,
  plural,
  kind,
  short,
  all: true,
  sub: kind === 'DaemonSet' ? 'status' : 'scale status',
  generation: true,
  ...(at === 'apps/v1'
    ? {}
    : {
        storedAs: 'apps/v1',
        legacyOnly: true,
        orphans: true,
        deprecated: `v1.9+, unavailable in v1.16+; use apps/v1 ${kind}`,
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
  short: 'ing',
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
    deprecated: 'v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 IngressClass',
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
  nameRule: pathSegment,
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

/** A kind served as v1 and, for old manifests, as v1beta1; objects are kept as v1. */
const both = (
  group: string,
  row: Omit<ResourceRow, 'at'>,
  since?: string,
): readonly ResourceRow[] => [
  { ...row, at: `${group}/v1` },
  ...(since === undefined
    ? []
    : [
        {
          ...row,
          at: `${group}/v1beta1`,
          storedAs: `${group}/v1`,
          deprecated: `${since}; use ${group}/v1 ${row.kind}`,
        },
      ]),
];

const storage: readonly ResourceRow[] = [
  ...both(
    'storage.k8s.io',
    { plural: 'csidrivers', kind: 'CSIDriver', scope: cluster, locked: true, deleteReply: object },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'storage.k8s.io',
    { plural: 'csinodes', kind: 'CSINode', scope: cluster, locked: true, deleteReply: object },
    'v1.17+, unavailable in v1.22+',
  ),
  ...both('storage.k8s.io', {
    plural: 'csistoragecapacities',
    kind: 'CSIStorageCapacity',
    locked: true,
  }),
  ...both(
    'storage.k8s.io',
    {
      plural: 'storageclasses',
      kind: 'StorageClass',
      short: 'sc',
      scope: cluster,
      deleteReply: object,
    },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'storage.k8s.io',
    {
      plural: 'volumeattachments',
      kind: 'VolumeAttachment',
      scope: cluster,
      sub: 'status',
      deleteReply: object,
    },
    'v1.19+, unavailable in v1.22+',
  ),
];

const virtualReview = (group: string, plural: string, kind: string, namespaced = false) => ({
  at: `${group}/v1`,
  plural,
  kind,
  ...(namespaced ? {} : { scope: cluster }),
  verbs: create,
});

const reviews: readonly ResourceRow[] = [
  virtualReview('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'),
  virtualReview('authentication.k8s.io', 'tokenreviews', 'TokenReview'),
  virtualReview(
    'authorization.k8s.io',
    'localsubjectaccessreviews',
    'LocalSubjectAccessReview',
    true,
  ),
  virtualReview('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  virtualReview('authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
  virtualReview('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'),
];

const webhooks = (plural: string, kind: string): readonly ResourceRow[] =>
  both(
    'admissionregistration.k8s.io',
    { plural, kind, scope: cluster, generation: true, locked: true },
    'v1.16+, unavailable in v1.22+',
  );

const others: readonly ResourceRow[] = [
  ...both(
    'apiregistration.k8s.io',
    {
      plural: 'apiservices',
      kind: 'APIService',
      scope: cluster,
      sub: 'status',
      nameRule: pathSegment,
    },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'events.k8s.io',
    { plural: 'events', kind: 'Event', short: 'ev', createOnPut: true },
    'v1.19+, unavailable in v1.25+',
  ).map((row) => ({ ...row, storedAs: 'v1' })),
  {
    at: 'certificates.k8s.io/v1',
    plural: 'certificatesigningrequests',
    kind: 'CertificateSigningRequest',
    short: 'csr',
    scope: cluster,
    sub: 'approval status',
  },
  ...webhooks('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  ...webhooks('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
  ...both(
    'apiextensions.k8s.io',
    {
      plural: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      short: 'crd crds',
      scope: cluster,
      sub: 'status',
      generation: true,
      locked: true,
    },
    'v1.16+, unavailable in v1.22+',
  ),
  ...both(
    'scheduling.k8s.io',
    {
      plural: 'priorityclasses',
      kind: 'PriorityClass',
      short: 'pc',
      scope: cluster,
      generation: true,
    },
    'v1.14+, unavailable in v1.22+',
  ),
  ...both(
    'coordination.k8s.io',
    { plural: 'leases', kind: 'Lease', locked: true, createOnPut: true },
    'v1.19+, unavailable in v1.22+',
  ),
  {
    at: 'node.k8s.io/v1',
    plural: 'runtimeclasses',
    kind: 'RuntimeClass',
    scope: cluster,
    locked: true,
    createOnPut: true,
  },
  ...both(
    'discovery.k8s.io',
    { plural: 'endpointslices', kind: 'EndpointSlice', generation: true },
    'v1.21+, unavailable in v1.25+',
  ),
];

/** Every served version of every built-in resource; within a group newer versions stand first. */
export const rows: readonly ResourceRow[] = [
  ...core,
  ...apps,
  ...batch,
  ...autoscaling,
  ...networking,
  ...policy,
  ...rbac,
  ...storage,
  ...reviews,
  ...others,
];
