import type {
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSlice,
  EndpointSubset,
  Pod,
  Service,
  ServicePort,
} from '../objects.ts';
import { isReady } from '../pod-state.ts';
import { stableText } from '../template-hash.ts';

/** One pod behind a service, with the ports it answers on. */
export interface Backend {
  readonly address: EndpointAddress;
  readonly ports: readonly EndpointPort[];
  readonly ready: boolean;
  /** Answers, though it may be on its way out. */
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The pods behind a service, in the order of their names. Pure. */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  const selector = Object.entries(service.spec.selector ?? {});
  return pods
    .filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
    .filter((pod) => !hasEnded(pod) && pod.status?.podIP !== undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((pod) => backend(service, pod));
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function backend(service: Service, pod: Pod): Backend {
  const { name, namespace = '', uid = '', deletionTimestamp } = pod.metadata;
  const terminating = deletionTimestamp !== undefined;
  const serving = isReady(pod) || service.spec.publishNotReadyAddresses === true;
  const { nodeName, hostname, subdomain } = pod.spec;
  const named = hostname !== undefined && subdomain === service.metadata.name;
  return {
    address: {
      ip: pod.status?.podIP ?? '',
      ...(named ? { hostname } : {}),
      ...(nodeName === undefined ? {} : { nodeName }),
      targetRef: { kind: 'Pod', namespace, name, uid },
    },
    ports: (service.spec.ports ?? []).flatMap((port) => {
      const number = targetPort(port, pod);
      return number === undefined ? [] : [endpointPort(port, number)];
    }),
    ready: serving && (!terminating || service.spec.publishNotReadyAddresses === true),
    serving,
    terminating,
  };
}

function endpointPort({ name, protocol = 'TCP' }: ServicePort, port: number): EndpointPort {
  return { ...(name === undefined || name === '' ? {} : { name }), port, protocol };
}

/** A service port's number in one pod: named ports differ by pod. */
function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const { targetPort: target = port.port, protocol = 'TCP' } = port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const named = pod.spec.containers
    .flatMap((each) => each.ports ?? [])
    .find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol);
  return named?.containerPort;
}

/** The subsets of an Endpoints object: addresses grouped by the ports they share. Pure. */
export function subsetsOf(backends: readonly Backend[]): EndpointSubset[] {
  const groups = new Map<string, Backend[]>();
  for (const each of backends) {
    // A pod on its way out leaves the older API at once; slices show it as terminating.
    if (each.terminating && !each.ready) continue;
    const id = stableText(each.ports);
    groups.set(id, [...(groups.get(id) ?? []), each]);
  }
  return [...groups.values()].map((group) => {
    const ready = group.filter((each) => each.ready).map((each) => each.address);
    const notReady = group.filter((each) => !each.ready).map((each) => each.address);
    const ports = group[0]?.ports ?? [];
    return {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
      ...(ports.length > 0 ? { ports: [...ports] } : {}),
    };
  });
}

/** What slices say: one entry for each set of ports. Pure. */
export type SliceContent = Pick<EndpointSlice, 'endpoints' | 'ports'>;

/** More endpoints than this are in a further slice. */
const sliceSize = 100;

function cut({ ports, endpoints }: SliceContent): SliceContent[] {
  const count = Math.max(1, Math.ceil(endpoints.length / sliceSize));
  return Array.from({ length: count }, (_, at) => ({
    ports,
    endpoints: endpoints.slice(at * sliceSize, (at + 1) * sliceSize),
  }));
}

/** The slices of a service; one that is empty while there is nobody behind it. Pure. */
export function slicesOf(backends: readonly Backend[]): SliceContent[] {
  if (backends.length === 0) return [{ ports: [], endpoints: [] }];
  const groups = new Map<string, Backend[]>();
  for (const each of backends) {
    const id = stableText(each.ports);
    groups.set(id, [...(groups.get(id) ?? []), each]);
  }
  const slices = [...groups.values()].map((group) => ({
    ports: (group[0]?.ports ?? []).map((port) => ({ name: '', ...port })),
    endpoints: group.map(({ address, ready, serving, terminating }) => ({
      addresses: [address.ip],
      conditions: { ready, serving, terminating },
      ...(address.hostname === undefined ? {} : { hostname: address.hostname }),
      ...(address.nodeName === undefined ? {} : { nodeName: address.nodeName }),
      ...(address.targetRef === undefined ? {} : { targetRef: address.targetRef }),
    })),
  }));
  return slices.flatMap(cut);
}

/** What an Endpoints object says when it is not to be mirrored: a label, or that it is a leader's lock. */
const unmirrored = {
  label: 'endpointslice.kubernetes.io/skip-mirror',
  lock: 'control-plane.alpha.kubernetes.io/leader',
} as const;

/** Whether Endpoints written by hand are shown as slices. Pure. */
export function isMirrored({ metadata: { labels = {}, annotations = {} } }: Endpoints): boolean {
  return labels[unmirrored.label] !== 'true' && annotations[unmirrored.lock] === undefined;
}

/** The slices that mirror Endpoints somebody writes by hand. Pure. */
export function mirroredSlices(subsets: readonly EndpointSubset[]): SliceContent[] {
  const slices = subsets.map(({ addresses = [], notReadyAddresses = [], ports = [] }) => ({
    ports: ports.map((port) => ({ name: '', ...port })),
    endpoints: [
      ...addresses.map((each) => mirrored(each, true)),
      ...notReadyAddresses.map((each) => mirrored(each, false)),
    ],
  }));
  return slices.flatMap(cut);
}

function mirrored(address: EndpointAddress, ready: boolean): EndpointSlice['endpoints'][number] {
  const { ip, nodeName, hostname, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
