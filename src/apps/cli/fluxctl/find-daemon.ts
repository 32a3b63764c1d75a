import { isRecord, KnownError, type KubeObject } from '../../../base/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';

const port = 3030;

/** Names under which fluxd's pods have been known. */
const oldNames = 'name in (flux,fluxd,weave-flux-agent)';

/**
 * Where the API server reaches the daemon: `<namespace>/pods/<name>:3030`, or the Service `flux` of a
 * platform whose daemon is no pod. Pods are looked for as fluxctl does: by the labels, then by the old
 * names. Several are no error: those that wait pass a question on to the one that leads.
 */
export async function daemonIn(
  cluster: Cluster,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const byLabels = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const selectors = [byLabels, oldNames];
  for (const labelSelector of selectors) {
    const { items } = await cluster.list(kinds.Pod, { namespace, labelSelector });
    const [pod] = items.filter(isRunning).map(({ metadata }) => metadata.name);
    if (pod !== undefined) return `${namespace}/pods/http:${pod}:${port}`;
  }
  const home = await namespaceOfService(cluster, namespace);
  if (home !== undefined) return `${home}/services/http:flux:${port}`;
  throw new KnownError(
    'not-found',
    `No pod found in namespace "${namespace}" using the following selectors:
${selectors.map((each) => `  ${each}\n`).join('')}
Make sure Flux is running in namespace "${namespace}".
If Flux is running in another different namespace, please supply it to --k8s-fwd-ns.`,
  );
}

function isRunning(pod: KubeObject): boolean {
  const status = isRecord(pod['status']) ? pod['status'] : {};
  return status['phase'] === 'Running' && pod.metadata.deletionTimestamp === undefined;
}

/** `trice up` has a Service `flux` and no pod; who has only that one is asked for no namespace. */
async function namespaceOfService(cluster: Cluster, wanted: string): Promise<string | undefined> {
  const here = await cluster.get(kinds.Service, { namespace: wanted, name: 'flux' });
  if (here !== undefined) return wanted;
  const { items } = await cluster.list(kinds.Service, { fieldSelector: 'metadata.name=flux' });
  return items.map(({ metadata }) => metadata.namespace ?? '').toSorted()[0];
}
