import type { KubeObject } from '../../../base/index.ts';

/** What is read of a Service to find its pods. */
export interface Service extends KubeObject {
  spec: {
    clusterIP?: string;
    ports?: Array<{ name?: string; port: number; protocol?: string }>;
  };
}

export interface Endpoints extends KubeObject {
  subsets?: Array<{
    addresses?: Array<{ ip: string }>;
    ports?: Array<{ name?: string; port: number; protocol?: string }>;
  }>;
}

/** Where the ready pods answer for one port of a service, by the port's name. */
export function targetsOf(
  endpoints: Endpoints | undefined,
  portName: string,
): Array<{ readonly host: string; readonly port: number }> {
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name = '' }) => name === portName)?.port;
    return port === undefined ? [] : addresses.map(({ ip }) => ({ host: ip, port }));
  });
}

/** One of the pods behind a service's port (its number or name), in turn; undefined: none is ready. */
export function endpointOf(
  service: Service,
  endpoints: Endpoints | undefined,
  wanted: number | string,
  turn: number,
): { readonly host: string; readonly port: number } | undefined {
  const port = (service.spec.ports ?? []).find(
    ({ name, port: number }) => number === wanted || name === wanted,
  );
  if (port === undefined) return undefined;
  const all = targetsOf(endpoints, port.name ?? '');
  return all[turn % Math.max(1, all.length)];
}
