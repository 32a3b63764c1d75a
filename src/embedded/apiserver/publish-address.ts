import { isIPv4 } from 'node:net';
import type { KubeObject } from '../../base/index.ts';
import { deepEqual } from '../../lib/schema/index.ts';
import { nowText, type ServerState } from './server-state.ts';
import { setNewMetadata } from './write/new-metadata.ts';

const metadata = { name: 'kubernetes', namespace: 'default' } as const;

/**
 * Tells the cluster where this server is: Endpoints and a slice for the service `kubernetes`, so that its
 * address answers inside pods. Written again whenever the server comes up on another port.
 */
export async function publishAddress(
  state: Pick<ServerState, 'store' | 'clock'>,
  advertised: string,
): Promise<void> {
  const [host, port] = splitAddress(advertised);
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  write(state, '/core/endpoints/default/kubernetes', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: host }], ports }],
  });
  write(state, '/discovery.k8s.io/endpointslices/default/kubernetes', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports,
  });
  await state.store.durable();
}

/** Host names and "any address" become the loopback address: this is one machine. */
function splitAddress(advertised: string): [string, number] {
  const at = advertised.lastIndexOf(':');
  const host = advertised.slice(0, at);
  const isReachable = isIPv4(host) && host !== '0.0.0.0';
  return [isReachable ? host : '127.0.0.1', Number(advertised.slice(at + 1))];
}

function write(
  { store, clock }: Pick<ServerState, 'store' | 'clock'>,
  key: string,
  object: KubeObject,
): void {
  const stored = store.get(key);
  if (!stored) {
    setNewMetadata(object.metadata, nowText(clock));
    store.put(key, object, 0);
    return;
  }
  const { metadata: kept } = stored.parse();
  const { resourceVersion: _, ...lasting } = kept;
  const next = {
    ...object,
    metadata: { ...lasting, labels: object.metadata.labels },
  } as KubeObject;
  const before = stored.parse();
  delete before.metadata.resourceVersion;
  if (!deepEqual(next, before)) store.put(key, next, stored.revision);
}
