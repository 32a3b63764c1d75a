import type { JsonRecord } from '../../../base/index.ts';
import { listAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import type { KindTable } from '../resource.ts';
import { labelsText, orNone, selectorText, table } from './columns.ts';

const services = table(
  ['Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'],
  (object) => [
    textAt(object, 'spec', 'type'),
    orNone(listAt(object, 'spec', 'clusterIPs')[0] ?? valueAt(object, 'spec', 'clusterIP')),
    externalAddress(object),
    orNone(servicePorts(object)),
    labelsText(recordAt(object, 'spec', 'selector')),
  ],
);

function externalAddress(service: JsonRecord): string {
  const given = listAt(service, 'spec', 'externalIPs').map(String);
  const type = textAt(service, 'spec', 'type');
  if (type === 'ExternalName') return orNone(textAt(service, 'spec', 'externalName'));
  if (type !== 'LoadBalancer') return orNone(given.join(','));
  const all = [...balancerAddresses(service), ...given];
  return all.length === 0 ? '<pending>' : all.join(',');
}

function balancerAddresses(object: JsonRecord): string[] {
  return recordsAt(object, 'status', 'loadBalancer', 'ingress')
    .map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
    .filter((text) => text !== '');
}

function servicePorts(service: JsonRecord): string {
  return recordsAt(service, 'spec', 'ports')
    .map((port) => {
      const node = Number(port['nodePort'] ?? 0);
      return `${port['port']}${node > 0 ? `:${node}` : ''}/${port['protocol'] ?? 'TCP'}`;
    })
    .join(',');
}

const ingresses = table(['Class', 'Hosts', 'Address', 'Ports', 'Age'], (object) => {
  const named = recordAt(object, 'metadata', 'annotations')['kubernetes.io/ingress.class'];
  const hosts = recordsAt(object, 'spec', 'rules')
    .map((rule) => textAt(rule, 'host'))
    .filter((host) => host !== '');
  const shown = hosts.slice(0, 3).join(',');
  const more = hosts.length > 3 ? ` + ${hosts.length - 3} more...` : '';
  return [
    orNone(valueAt(object, 'spec', 'ingressClassName') ?? named),
    hosts.length === 0 ? '*' : `${shown}${more}`,
    balancerAddresses(object).join(','),
    listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
  ];
});

const ingressClasses = table(['Controller', 'Parameters', 'Age'], (object) => {
  const parameters = recordAt(object, 'spec', 'parameters');
  const group = textAt(parameters, 'apiGroup');
  const kind = `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}`;
  return [
    textAt(object, 'spec', 'controller'),
    kind === '' ? '<none>' : `${kind}/${textAt(parameters, 'name')}`,
  ];
});

/** Three addresses, then how many more. */
function shorten(all: readonly string[]): string {
  if (all.length === 0) return '<none>';
  const shown = all.slice(0, 3).join(',');
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

const endpoints = table(['Endpoints', 'Age'], (object) => [
  shorten(
    recordsAt(object, 'subsets').flatMap((subset) => {
      const addresses = recordsAt(subset, 'addresses').map((each) => textAt(each, 'ip'));
      const ports = recordsAt(subset, 'ports');
      if (ports.length === 0) return addresses;
      return ports.flatMap((port) => addresses.map((ip) => `${ip}:${port['port']}`));
    }),
  ),
]);

const endpointSlices = table(['AddressType', 'Ports', 'Endpoints', 'Age'], (object) => [
  textAt(object, 'addressType'),
  slicePorts(object),
  sliceEndpoints(object),
]);

function slicePorts(slice: JsonRecord): string {
  const ports = recordsAt(slice, 'ports').map((port) => String(port['port'] ?? '*'));
  return ports.length === 0 ? '<unset>' : shorten(ports);
}

function sliceEndpoints(slice: JsonRecord): string {
  const all = recordsAt(slice, 'endpoints').flatMap((each) =>
    listAt(each, 'addresses').map(String),
  );
  return all.length === 0 ? '<unset>' : shorten(all);
}

const networkPolicies = table(['Pod-Selector', 'Age'], (object) => [
  selectorText(recordAt(object, 'spec', 'podSelector')),
]);

/** Tables of network kinds. */
export const networkTables: Readonly<Record<string, KindTable>> = {
  Service: services,
  Ingress: ingresses,
  IngressClass: ingressClasses,
  Endpoints: endpoints,
  EndpointSlice: endpointSlices,
  NetworkPolicy: networkPolicies,
};
