import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import type { Store } from '../store/store.ts';
import { parseCidr } from './cidr.ts';

/** Hands out service addresses and node ports; what is taken is read from the store when the server starts. */
export interface AddressAllocator {
  /** The first address, which is that of the service `kubernetes`. */
  readonly first: string;
  /** Gives a service what it lacks, in place. Nothing is taken when there are complaints. */
  assign(service: KubeObject): FieldError[];
  /** Gives back what a service holds beyond what `still` holds. */
  release(service: KubeObject, still?: KubeObject): void;
}

const services = '/core/services/';
const nodePorts = { first: 30_000, last: 32_767 } as const;

/** An allocator over a range such as 127.65.0.0/16. */
export function createAddresses(store: Store, cidr: string): AddressAllocator {
  const range = parseCidr(cidr);
  const addresses = new Set<string>([range.at(1)]);
  const ports = new Set<number>();
  for (const stored of store.list(services).items) take(stored.parse(), addresses, ports);
  let cursor = 1;
  const nextAddress = (): string | undefined => {
    for (let tries = 0; tries < range.size - 2; tries++) {
      cursor = (cursor % (range.size - 2)) + 1;
      const address = range.at(cursor);
      if (!addresses.has(address)) return address;
    }
    return undefined;
  };
  const assignAddress = (spec: JsonRecord): FieldError[] => {
    const given = spec['clusterIP'];
    if (given === 'None' || spec['type'] === 'ExternalName') return [];
    if (typeof given === 'string' && given !== '') return checkAddress(given, range.has, addresses);
    const address = nextAddress();
    if (address === undefined)
      return [
        refused(
          'spec.clusterIPs',
          undefined,
          `failed to allocate a serviceIP: range ${cidr} is full`,
        ),
      ];
    spec['clusterIP'] = address;
    spec['clusterIPs'] = [address];
    return [];
  };
  return {
    first: range.at(1),
    assign(service) {
      const spec = specOf(service);
      const errors = [...assignAddress(spec), ...assignPorts(spec, ports)];
      if (errors.length === 0) take(service, addresses, ports);
      return errors;
    },
    release(service, still) {
      const kept = still ? held(still) : { addresses: [], ports: [] };
      const gone = held(service);
      for (const address of gone.addresses)
        if (!kept.addresses.includes(address) && address !== range.at(1)) addresses.delete(address);
      for (const port of gone.ports) if (!kept.ports.includes(port)) ports.delete(port);
    },
  };
}

function checkAddress(
  address: string,
  inRange: (address: string) => boolean,
  taken: ReadonlySet<string>,
): FieldError[] {
  const complain = (why: string): FieldError[] => [
    refused('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`),
  ];
  if (!inRange(address)) return complain('the provided IP is not in the valid range');
  return taken.has(address) ? complain('provided IP is already allocated') : [];
}

function refused(field: string, value: unknown, detail: string): FieldError {
  return { type: 'invalid', field, value: value ?? null, detail };
}

function assignPorts(spec: JsonRecord, taken: ReadonlySet<number>): FieldError[] {
  const wantsPorts = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
  if (!wantsPorts || spec['allocateLoadBalancerNodePorts'] === false) return [];
  const chosen = new Set(taken);
  const errors: FieldError[] = [];
  for (const [at, port] of portsOf(spec).entries()) {
    const given = port['nodePort'];
    if (typeof given === 'number' && given !== 0) {
      if (chosen.has(given))
        errors.push(
          refused(`spec.ports[${at}].nodePort`, given, 'provided port is already allocated'),
        );
      chosen.add(given);
      continue;
    }
    const free = freePort(chosen);
    chosen.add(free);
    port['nodePort'] = free;
  }
  return errors;
}

function freePort(taken: ReadonlySet<number>): number {
  const size = nodePorts.last - nodePorts.first + 1;
  const start = Math.floor(Math.random() * size);
  for (let step = 0; step < size; step++) {
    const port = nodePorts.first + ((start + step) % size);
    if (!taken.has(port)) return port;
  }
  return 0;
}

function take(service: KubeObject, addresses: Set<string>, ports: Set<number>): void {
  const holds = held(service);
  for (const address of holds.addresses) addresses.add(address);
  for (const port of holds.ports) ports.add(port);
}

function held(service: KubeObject): { readonly addresses: string[]; readonly ports: number[] } {
  const spec = specOf(service);
  const address = spec['clusterIP'];
  return {
    addresses: typeof address === 'string' && address !== '' && address !== 'None' ? [address] : [],
    ports: portsOf(spec)
      .map((port) => port['nodePort'])
      .filter((port): port is number => typeof port === 'number' && port !== 0),
  };
}

function specOf(service: KubeObject): JsonRecord {
  return isRecord(service['spec']) ? service['spec'] : {};
}

function portsOf(spec: JsonRecord): JsonRecord[] {
  return Array.isArray(spec['ports']) ? spec['ports'].filter(isRecord) : [];
}
