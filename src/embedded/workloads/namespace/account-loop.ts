import { KnownError, type KubeObject } from '../../../base/index.ts';
import { kinds, watchCache, type Cluster } from '../../../lib/kube/index.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { LoopPorts } from '../loop-ports.ts';

const rootName = 'kube-root-ca.crt';
const rootNote = 'kubernetes.io/description';
const rootText =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Every namespace has a ServiceAccount `default` and a ConfigMap with the server's root certificate. */
export function startAccountLoop(ports: LoopPorts, caPem: string): Loop {
  const { cluster, stores } = ports;
  const named = (name: string) => ({ fieldSelector: `metadata.name=${name}` });
  const accounts = watchCache(cluster, kinds.ServiceAccount, ports, named('default'));
  const roots = watchCache(cluster, kinds.ConfigMap, ports, named(rootName));
  const loop = createLoop({
    ...ports,
    name: 'serviceaccount',
    reconcile: async (name) => {
      const namespace = stores.namespaces.get({ name });
      if (namespace?.metadata.deletionTimestamp !== undefined) return undefined;
      if (namespace === undefined) return undefined;
      if (accounts.get({ namespace: name, name: 'default' }) === undefined)
        await createOnce(cluster, accountOf(name));
      const root = roots.get({ namespace: name, name: rootName });
      if (root === undefined) await createOnce(cluster, rootOf(name, caPem));
      else if ((root['data'] as Record<string, string> | undefined)?.['ca.crt'] !== caPem)
        await cluster.patch(
          kinds.ConfigMap,
          { namespace: name, name: rootName },
          { data: { 'ca.crt': caPem } },
          { type: 'merge' },
        );
      return undefined;
    },
  });
  stores.namespaces.onChange((object) => loop.enqueue(object.metadata.name));
  for (const cache of [accounts, roots])
    cache.onChange(({ object }) => loop.enqueue(object.metadata.namespace ?? ''));
  return loop;
}

function accountOf(namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}

function rootOf(namespace: string, caPem: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: rootName, namespace, annotations: { [rootNote]: rootText } },
    data: { 'ca.crt': caPem },
  };
}

/** The cache may be a moment behind: being there already is what was wanted. */
async function createOnce(cluster: Cluster, object: KubeObject): Promise<void> {
  const kind = object.kind === 'ConfigMap' ? kinds.ConfigMap : kinds.ServiceAccount;
  try {
    await cluster.create(kind, object);
  } catch (thrown) {
    const isFine =
      thrown instanceof KnownError && (thrown.code === 'exists' || thrown.code === 'not-found');
    if (!isFine) throw thrown;
  }
}
