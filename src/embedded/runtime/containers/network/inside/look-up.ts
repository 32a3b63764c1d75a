import { types, type Answer, type Data } from './dns-message.ts';
import { domain, type Named, type ProxyState } from './state.ts';

/**
 * What the cluster says of a name, as the DNS specification of Kubernetes has it; undefined: the name is not
 * the cluster's. Pure.
 */
export function lookUp(state: ProxyState, name: string, type: number): Answer | undefined {
  if (name !== domain && !name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split('.');
  const kind = labels.pop();
  if (kind === 'pod' && labels.length === 2) return addressed((labels[0] ?? '').split('-'), type);
  const namespace = labels.pop() ?? '';
  const service = labels.pop() ?? '';
  const named = kind === 'svc' ? state.names[`${service}.${namespace}`] : undefined;
  if (named === undefined) return absent;
  return ofService(named, labels, { name, type, base: `${service}.${namespace}.svc.${domain}` });
}

const absent: Answer = { code: 3, data: [] };

interface Asked {
  readonly name: string;
  readonly type: number;
  /** The service's own name. */
  readonly base: string;
}

function ofService(named: Named, rest: readonly string[], asked: Asked): Answer {
  const { alias, addresses = [], hosts = {} } = named;
  const [first = '', ...more] = rest;
  if (more.length > 0) return ofPort(named, rest.join('.'), asked);
  if (first !== '') {
    const address = hosts[first];
    return address === undefined ? absent : records([address], asked.type);
  }
  if (alias !== undefined) return { code: 0, data: [{ type: 'cname', name: alias }] };
  return records(addresses, asked.type);
}

/** `_port._protocol` before the name of a service. */
function ofPort({ ports = {}, hosts = {} }: Named, wanted: string, asked: Asked): Answer {
  const port = ports[wanted];
  if (port === undefined) return absent;
  if (asked.type !== types.srv && asked.type !== types.any) return { code: 0, data: [] };
  const names = Object.keys(hosts).map((each) => `${each}.${asked.base}`);
  const targets = names.length > 0 ? names : [asked.base];
  return { code: 0, data: targets.map((name): Data => ({ type: 'srv', name, port })) };
}

/** `10-1-2-3.namespace.pod`: the address is in the name. */
function addressed(parts: readonly string[], type: number): Answer {
  const isAddress = parts.length === 4 && parts.every((each) => /^\d+$/.test(each));
  return isAddress ? records([parts.join('.')], type) : absent;
}

function records(addresses: readonly string[], type: number): Answer {
  const isAsked = type === types.a || type === types.any;
  const data = isAsked ? addresses.map((address): Data => ({ type: 'a', address })) : [];
  return { code: 0, data };
}
