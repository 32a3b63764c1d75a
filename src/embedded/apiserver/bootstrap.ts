import type { KubeObject } from '../../base/index.ts';
import { defaultGrants } from './auth/default-grants.ts';
import { setNewMetadata } from './write/new-metadata.ts';
import { nowText, type ServerState } from './server-state.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

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
  for (const [key, object] of defaultGrants()) put(key, object);
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
