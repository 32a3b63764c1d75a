import { KnownError } from '../../../base/index.ts';
import type { Clock, Key, Logger } from '../../../base/index.ts';
import { forward } from '../../../lib/http/index.ts';
import type { Peer } from '../../../lib/http/index.ts';
import { admitted, callHeaders, internal, texts } from './call-headers.ts';
import type { CallHeaders, Caller } from './call-headers.ts';
import type { Address, EndpointTable } from './endpoints.ts';
import type { GatewayMetrics } from './metrics.ts';

/** Where a pod's address is reached from here, for platforms that map addresses. */
export type Dialer = (
  ip: string,
  port: number,
) => Address | undefined | Promise<Address | undefined>;

export interface InvokePorts {
  readonly endpoints: EndpointTable;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dialer?: Dialer | undefined;
}

/** One call of a function. */
export interface Invocation {
  readonly key: Required<Key>;
  /** Path and query as the function is to see them. */
  readonly path: string;
  readonly request: Request;
  readonly peer: Peer | undefined;
}

/** Calls a function and gives its answer; bodies stream both ways and are never held. */
export async function invoke(ports: InvokePorts, call: Invocation): Promise<Response> {
  const { key, request } = call;
  const name = `${key.name}.${key.namespace}`;
  if (!admitted.has(request.method)) return plain(405, '');
  if (!ports.endpoints.knows(key)) {
    return plain(404, texts.unknown(key.name, key.namespace), internal);
  }
  const started = ports.clock.now().getTime();
  const headers = callHeaders(callerOf(call), started);
  ports.metrics.started(name);
  const answer = await reach(ports, call, headers);
  const seconds = (ports.clock.now().getTime() - started) / 1000;
  ports.metrics.finished(name, answer.status, seconds);
  answer.headers.set('X-Call-Id', headers['x-call-id']);
  answer.headers.set('X-Start-Time', headers['x-start-time']);
  if (!answer.headers.has('content-type') && answer.body !== null) {
    answer.headers.set('content-type', request.headers.get('content-type') ?? 'text/plain');
  }
  return answer;
}

function callerOf({ request, peer }: Invocation): Caller {
  const { headers } = request;
  return {
    header: (name) => headers.get(name),
    host: headers.get('host') ?? new URL(request.url).host,
    address: peer?.address,
  };
}

async function reach(
  ports: InvokePorts,
  { key, path, request }: Invocation,
  headers: CallHeaders,
): Promise<Response> {
  const { name } = key;
  const picked = ports.endpoints.pick(key);
  if (picked === undefined) return plain(503, texts.noEndpoints(name), internal);
  try {
    const to = (await ports.dialer?.(picked.host, picked.port)) ?? picked;
    const host = `${to.host}:${to.port}`;
    return await forward(request, { ...to, path, headers: { ...headers, host } });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    // The pod is named in the log only: a caller learns nothing of the cluster's inside.
    ports.log.warn('function could not be reached', { function: name, err: thrown.message });
    return plain(500, texts.unreachable(name), internal);
  }
}

function plain(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text === '' ? null : text, { status, headers });
}
