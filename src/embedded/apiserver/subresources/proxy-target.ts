import { isRecord, KnownError, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { badRequest, objectNotFound, unavailable } from '../http/status-error.ts';
import { prefixOf } from '../verbs/selection.ts';
import type { Call, ServerState } from '../server-state.ts';

/** An address that can be reached from this process. */
export interface Reach {
  readonly host: string;
  readonly port: number;
}

/** Where a proxied call goes: an endpoint of the service, or the port of the pod. */
export async function proxyTarget(call: Call): Promise<Reach> {
  const { name, port } = nameAndPort(call.target.name ?? '');
  return call.resource.plural === 'services'
    ? serviceTarget(call, name, port)
    : podTarget(call, name, port);
}

/** `http:name:port` in its parts; the scheme does not matter inside one process. */
function nameAndPort(text: string): { readonly name: string; readonly port: string } {
  const parts = text.split(':');
  if (parts.length === 3) return { name: parts[1]!, port: parts[2]! };
  if (parts.length <= 2) return { name: parts[0]!, port: parts[1] ?? '' };
  throw badRequest(`invalid service request ${JSON.stringify(text)}`);
}

function find(call: Call, plural: string, name: string): KubeObject {
  const { resource, state, target } = call;
  const key = `${prefixOf(resource, target.namespace)}${name}`;
  const stored = state.store.get(key);
  if (!stored) throw objectNotFound({ group: '', plural }, name);
  return stored.parse();
}

async function podTarget(call: Call, name: string, port: string): Promise<Reach> {
  const pod = find(call, 'pods', name);
  return dialPod(call.state, pod, port === '' ? firstPort(pod) : Number(port));
}

function firstPort(pod: KubeObject): number {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  for (const container of listOf(spec, 'containers'))
    for (const port of listOf(container, 'ports')) return Number(port['containerPort']);
  return 80;
}

/** The runtime knows how to reach a pod; without one its address is tried. */
export async function dialPod(
  state: Pick<ServerState, 'runtime'>,
  pod: KubeObject,
  port: number,
): Promise<Reach> {
  const runtime = state.runtime();
  const status = isRecord(pod['status']) ? pod['status'] : {};
  if (runtime) {
    try {
      return await runtime.dial(pod, port);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      throw unavailable(`error trying to reach service: ${thrown.message}`);
    }
  }
  if (typeof status['podIP'] === 'string') return { host: status['podIP'], port };
  throw unavailable(`error trying to reach service: pod ${pod.metadata.name} has no address`);
}

async function serviceTarget(call: Call, name: string, port: string): Promise<Reach> {
  find(call, 'services', name);
  return reachService(call.state, { namespace: call.target.namespace ?? '', name, port });
}

/** One ready endpoint behind the port (name or number; '' is the first) of a service. */
export async function reachService(
  state: Pick<ServerState, 'store' | 'runtime'>,
  { namespace, name, port }: Readonly<Record<'namespace' | 'name' | 'port', string>>,
): Promise<Reach> {
  const { store } = state;
  const service = store.get(`/core/services/${namespace}/${name}`)?.parse();
  if (!service) throw objectNotFound({ group: '', plural: 'services' }, name);
  const wanted = portOfService(service, port);
  const none = (): Error => unavailable(`no endpoints available for service "${name}"`);
  if (!wanted) throw none();
  const endpoints = store.get(`/core/endpoints/${namespace}/${name}`)?.parse();
  const subsets = endpoints ? listOf(endpoints, 'subsets') : [];
  const choices = subsets.flatMap((subset) => reachesOf(subset, wanted));
  const chosen = choices[Math.floor(Math.random() * choices.length)];
  if (!chosen) throw none();
  const pod = chosen.pod === undefined ? undefined : store.get(`/core/pods/${chosen.pod}`)?.parse();
  return pod ? dialPod(state, pod, chosen.port) : { host: chosen.host, port: chosen.port };
}

interface Choice extends Reach {
  /** `namespace/name` of the pod behind the address. */
  readonly pod: string | undefined;
}

function reachesOf(subset: JsonRecord, wanted: JsonRecord): Choice[] {
  const ports = listOf(subset, 'ports');
  const port = ports.find(({ name }) => (name ?? '') === (wanted['name'] ?? ''));
  if (!port) return [];
  return listOf(subset, 'addresses').map((address) => {
    const reference = isRecord(address['targetRef']) ? address['targetRef'] : {};
    return {
      host: String(address['ip']),
      port: Number(port['port']),
      pod:
        reference['kind'] === 'Pod' ? `${reference['namespace']}/${reference['name']}` : undefined,
    };
  });
}

/** The port of a service by name or number; the only one when none is named. */
function portOfService(service: KubeObject, asked: string): JsonRecord | undefined {
  const spec = isRecord(service['spec']) ? service['spec'] : {};
  const ports = listOf(spec, 'ports');
  if (asked === '') return ports[0];
  return ports.find((port) => port['name'] === asked || String(port['port']) === asked);
}

function listOf(of: JsonRecord, field: string): JsonRecord[] {
  const list = of[field];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
