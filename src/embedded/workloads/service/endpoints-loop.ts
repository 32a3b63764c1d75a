import { keyText, KnownError, type Key } from '../../../base/index.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { LoopPorts } from '../loop-ports.ts';
import { shapes, type Endpoints, type EndpointSubset, type Pod, type Service } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { stableText } from '../template-hash.ts';
import { backendsOf, isMirrored, mirroredSlices, slicesOf, subsetsOf } from './decide-endpoints.ts';
import { writeSlices } from './slices.ts';

/** Mirrors of Endpoints written by hand carry this manager, others the service loop's. */
const manager = {
  service: 'endpointslice-controller.k8s.io',
  mirror: 'endpointslicemirroring-controller.k8s.io',
} as const;

/** Services: Endpoints and EndpointSlices of their pods, slices of hand-written Endpoints, a load balancer's address. */
export function startEndpointsLoop(ports: LoopPorts): Loop {
  const { services, pods, endpoints, slices } = ports.stores;
  const loop = createLoop({
    ...ports,
    name: 'endpoints',
    reconcile: async (key) => {
      await reconcile(ports, key);
      return undefined;
    },
  });
  services.onChange((service) => loop.enqueue(keyText(service.metadata)));
  endpoints.onChange((object) => loop.enqueue(keyText(object.metadata)));
  slices.onChange((slice) => {
    const name = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (name !== undefined)
      loop.enqueue(keyText({ namespace: slice.metadata.namespace ?? '', name }));
  });
  pods.onChange((pod, before) => {
    if (before !== undefined && before !== pod && sameForServices(pod, before)) return;
    for (const service of services.list(pod.metadata.namespace))
      if (selects(service, pod) || (before !== undefined && selects(service, before)))
        loop.enqueue(keyText(service.metadata));
  });
  return loop;
}

function selects({ spec }: Service, pod: Pod): boolean {
  const selector = Object.entries(spec.selector ?? {});
  return (
    selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value)
  );
}

function sameForServices(left: Pod, right: Pod): boolean {
  const view = (pod: Pod): string =>
    stableText([
      pod.metadata.labels,
      pod.metadata.deletionTimestamp,
      pod.status?.phase,
      pod.status?.podIP,
      pod.status?.conditions?.find((each) => each.type === 'Ready')?.status,
    ]);
  return view(left) === view(right);
}

async function reconcile(ports: LoopPorts, key: string): Promise<void> {
  const { stores } = ports;
  const at = keyFromText(key);
  const service = stores.services.get(at);
  if (service === undefined || service.metadata.deletionTimestamp !== undefined)
    return withoutService(ports, at);
  if (service.spec.type === 'LoadBalancer') await balance(ports, service);
  if (Object.keys(service.spec.selector ?? {}).length === 0) return mirror(ports, at, service);
  const backends = backendsOf(service, stores.pods.list(service.metadata.namespace));
  await writeEndpoints(ports, service, subsetsOf(backends));
  const wanted = slicesOf(backends);
  const labels = { ...service.metadata.labels, ...headlessLabel(service) };
  return writeSlices(ports, { at, service, manager: manager.service, wanted, labels });
}

/** Endpoints and slices of a service of ours go with it by their owner; mirrors go with the Endpoints. */
async function withoutService(ports: LoopPorts, at: Key): Promise<void> {
  const { stores, cluster } = ports;
  const endpoints = stores.endpoints.get(at);
  if (endpoints === undefined)
    await writeSlices(ports, { at, manager: manager.mirror, wanted: [], labels: {} });
  else if (isOurs(endpoints)) await cluster.delete(shapes.Endpoints, endpoints.metadata);
}

/** A service without selector: what somebody wrote as Endpoints is shown as slices. */
async function mirror(ports: LoopPorts, at: Key, service: Service): Promise<void> {
  const endpoints = ports.stores.endpoints.get(at);
  const isShown = endpoints !== undefined && isMirrored(endpoints);
  const wanted = isShown ? mirroredSlices(endpoints.subsets ?? []) : [];
  const { labels = {} } = endpoints?.metadata ?? {};
  await writeSlices(ports, { at, service, manager: manager.mirror, wanted, labels });
}

const managedBy = 'endpoints.kubernetes.io/managed-by';

function isOurs(endpoints: Endpoints): boolean {
  return endpoints.metadata.labels?.[managedBy] === 'endpoint-controller';
}

function headlessLabel({ spec }: Service): Record<string, string> {
  return spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
}

async function writeEndpoints(
  { cluster, stores }: LoopPorts,
  service: Service,
  subsets: EndpointSubset[],
): Promise<void> {
  const { name, namespace = '' } = service.metadata;
  const labels = {
    ...service.metadata.labels,
    [managedBy]: 'endpoint-controller',
    ...headlessLabel(service),
  };
  const live = stores.endpoints.get({ namespace, name });
  const isSame =
    live !== undefined &&
    stableText(live.subsets) === stableText(subsets) &&
    stableText(live.metadata.labels) === stableText(labels);
  if (isSame) return;
  const metadata = { name, namespace, labels };
  const wanted: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets };
  const resourceVersion = live?.metadata.resourceVersion;
  if (resourceVersion === undefined) {
    stores.endpoints.wrote(await cluster.create(shapes.Endpoints, wanted));
    return;
  }
  const annotations = live?.metadata.annotations;
  const kept = { ...metadata, resourceVersion, ...(annotations ? { annotations } : {}) };
  stores.endpoints.wrote(await cluster.replace(shapes.Endpoints, { ...wanted, metadata: kept }));
}

/** There is no load balancer here: the machine itself answers, so that nobody waits for an address. */
async function balance({ cluster, stores }: LoopPorts, service: Service): Promise<void> {
  if (service.status?.loadBalancer?.ingress !== undefined) return;
  try {
    await writeStatus(cluster, stores.services, service, {
      ...service.status,
      loadBalancer: { ingress: [{ ip: '127.0.0.1' }] },
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'conflict')) throw thrown;
  }
}
