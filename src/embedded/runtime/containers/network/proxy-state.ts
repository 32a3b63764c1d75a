import type { KubeObject } from '../../../../base/index.ts';
import type { Named, ProxyState, Target } from './inside/state.ts';
import { insideAddress, type ServiceRange } from './service-range.ts';

/** What is read of a Service. */
export interface Service extends KubeObject {
  spec: {
    type?: string;
    clusterIP?: string;
    externalName?: string;
    ports?: Array<{ name?: string; port: number; protocol?: string }>;
  };
}

export interface Endpoints extends KubeObject {
  subsets?: Array<{
    addresses?: Array<{ ip: string; hostname?: string }>;
    ports?: Array<{ name?: string; port: number; protocol?: string }>;
  }>;
}

/** All that containers are told of services: addresses, targets and names. Pure. */
export function proxyState(
  services: readonly Service[],
  endpointsOf: (service: Service) => Endpoints | undefined,
  how: { readonly range: ServiceRange; readonly dns: string; readonly relay?: ProxyState['relay'] },
): ProxyState {
  const { range, dns, relay } = how;
  const listen = services.flatMap((service) => listeners(service, endpointsOf(service), range));
  const names = services.map((service): [string, Named] => {
    const { name, namespace } = service.metadata;
    return [`${name}.${namespace}`, named(service, endpointsOf(service), range)];
  });
  return {
    dns,
    listen,
    names: Object.fromEntries(names),
    ...(relay === undefined ? {} : { relay }),
  };
}

const hasAddress = ({ spec }: Service): boolean =>
  spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';

/** Loopback is this machine's own, wherever one stands. */
const isFar = (address: string): boolean => address.startsWith('127.');

function listeners(
  service: Service,
  endpoints: Endpoints | undefined,
  range: ServiceRange,
): Array<ProxyState['listen'][number]> {
  if (!hasAddress(service)) return [];
  const host = insideAddress(range, service.spec.clusterIP ?? '');
  return (service.spec.ports ?? [])
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ port, name = '' }) => ({ host, port, targets: targets(endpoints, name) }));
}

function targets(endpoints: Endpoints | undefined, portName: string): Target[] {
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name = '' }) => name === portName)?.port;
    if (port === undefined) return [];
    return addresses.map(({ ip: host }) => ({
      host,
      port,
      ...(isFar(host) ? { isFar: true } : {}),
    }));
  });
}

function named(service: Service, endpoints: Endpoints | undefined, range: ServiceRange): Named {
  const { type, externalName, clusterIP = '', ports: all = [] } = service.spec;
  if (type === 'ExternalName' && externalName !== undefined) return { alias: externalName };
  const ports = Object.fromEntries(
    all.flatMap(({ name, port, protocol = 'TCP' }) =>
      name ? [[`_${name}._${protocol.toLowerCase()}`, port]] : [],
    ),
  );
  const pods = (endpoints?.subsets ?? [])
    .flatMap(({ addresses = [] }) => addresses)
    .filter(({ ip }) => !isFar(ip));
  const hosts = Object.fromEntries(
    pods.flatMap(({ hostname, ip }) => (hostname === undefined ? [] : [[hostname, ip]])),
  );
  const addresses = hasAddress(service)
    ? [insideAddress(range, clusterIP)]
    : [...new Set(pods.map(({ ip }) => ip))];
  return { addresses, ports, hosts };
}
