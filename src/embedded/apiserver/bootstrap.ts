import type { KubeObject } from '../../base/index.ts';
import { setNewMetadata } from './write/new-metadata.ts';
import { nowText, type ServerState } from './server-state.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;
const rbac = 'rbac.authorization.k8s.io';

/** What every cluster has from its first moment on; what is there already stays as it is. */
export async function bootstrap(state: ServerState): Promise<void> {
  const { store } = state;
  const put = (key: string, object: KubeObject): void => {
    if (store.get(key)) return;
    setNewMetadata(object.metadata, nowText(state.clock));
    store.put(key, object, 0);
  };
  for (const name of namespaces) {
    put(`/core/namespaces/${name}`, namespaceObject(name));
    put(`/core/serviceaccounts/${name}/default`, accountObject(name));
  }
  put('/core/services/default/kubernetes', apiService(state.addresses.first));
  for (const [name, value] of priorities)
    put(`/scheduling.k8s.io/priorityclasses/${name}`, priorityObject(name, value));
  for (const role of clusterRoles)
    put(`/${rbac}/clusterroles/${role.metadata.name}`, structuredClone(role));
  for (const binding of clusterRoleBindings)
    put(`/${rbac}/clusterrolebindings/${binding.metadata.name}`, structuredClone(binding));
  await store.durable();
}

function namespaceObject(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function accountObject(namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}

function apiService(clusterIP: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  };
}

const priorities = [
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
] as const;

function priorityObject(name: string, value: number): KubeObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, generation: 1 },
    value,
    description: `Used for system critical pods of class ${name}.`,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

const bootstrapLabel = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const read = ['get', 'list', 'watch'];

function clusterRole(name: string, rules: readonly Rule[]): KubeObject {
  const metadata = {
    name,
    labels: { ...bootstrapLabel },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
  return { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules };
}

function summed(name: string, label: string): KubeObject {
  const role = clusterRole(name, []);
  const matchLabels = { [`rbac.authorization.k8s.io/aggregate-to-${label}`]: 'true' };
  return { ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } };
}

/** A part of admin, edit and view; parts of view are parts of edit too, and so on. */
function part(of: 'admin' | 'edit' | 'view', rules: readonly Rule[]): KubeObject {
  const role = clusterRole(`system:aggregate-to-${of}`, rules);
  const into = { admin: ['admin'], edit: ['admin', 'edit'], view: ['admin', 'edit', 'view'] }[of];
  for (const each of into)
    role.metadata.labels![`rbac.authorization.k8s.io/aggregate-to-${each}`] = 'true';
  return role;
}

const everyday: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'endpoints',
      'events',
      'persistentvolumeclaims',
      'pods',
      'pods/log',
      'pods/status',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
    ],
    verbs: [],
  },
  {
    apiGroups: ['apps', 'autoscaling', 'batch', 'policy', 'networking.k8s.io', 'extensions'],
    resources: ['*'],
    verbs: [],
  },
];
const withVerbs = (verbs: readonly string[]): Rule[] =>
  everyday.map((rule) => ({ ...rule, verbs }));
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const clusterRoles: readonly KubeObject[] = [
  clusterRole('cluster-admin', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ]),
  summed('admin', 'admin'),
  summed('edit', 'edit'),
  summed('view', 'view'),
  part('view', [
    ...withVerbs(read),
    { apiGroups: [''], resources: ['namespaces', 'resourcequotas', 'limitranges'], verbs: read },
  ]),
  part('edit', [
    ...withVerbs(write),
    { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] },
    {
      apiGroups: [''],
      resources: ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'],
      verbs: ['get', 'create'],
    },
  ]),
  part('admin', [
    { apiGroups: [rbac], resources: ['roles', 'rolebindings'], verbs: [...read, ...write] },
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['localsubjectaccessreviews'],
      verbs: ['create'],
    },
  ]),
  clusterRole('system:basic-user', [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ]),
  clusterRole('system:discovery', [
    {
      nonResourceURLs: ['/', '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'],
      verbs: ['get'],
    },
  ]),
  clusterRole('system:public-info-viewer', [
    { nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version'], verbs: ['get'] },
  ]),
];

function toGroups(role: string, groups: readonly string[]): KubeObject {
  const { metadata } = clusterRole(role, []);
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: groups.map((name) => ({ apiGroup: rbac, kind: 'Group', name })),
  };
}

const clusterRoleBindings: readonly KubeObject[] = [
  toGroups('cluster-admin', ['system:masters']),
  toGroups('system:basic-user', ['system:authenticated']),
  toGroups('system:discovery', ['system:authenticated']),
  toGroups('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
];
