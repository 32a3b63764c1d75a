import { randomUUID } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { Clock, Key, Logger } from '../../../base/index.ts';
import { forward } from '../../../lib/http/index.ts';
import type { Peer } from '../../../lib/http/index.ts';
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

const admitted = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];

/** Calls a function and gives its answer; bodies stream both ways and are never held. */
export async function invoke(ports: InvokePorts, call: Invocation): Promise<Response> {
  const { key, request } = call;
  const name = `${key.name}.${key.namespace}`;
  if (!admitted.includes(request.method)) return plain(405, '');
  if (!ports.endpoints.knows(key)) {
    return plain(404, `error finding function ${name}: not found`, internal);
  }
  const started = ports.clock.now();
  const headers = headersFor(call, started);
  const told = {
    'X-Call-Id': headers['x-call-id'] ?? '',
    'X-Start-Time': headers['x-start-time'] ?? '',
  };
  ports.metrics.started(name);
  const answer = await reach(ports, call, headers);
  const seconds = (ports.clock.now().getTime() - started.getTime()) / 1000;
  ports.metrics.finished(name, answer.status, seconds);
  for (const [header, value] of Object.entries(told)) answer.headers.set(header, value);
  if (!answer.headers.has('content-type') && answer.body !== null) {
    answer.headers.set('content-type', request.headers.get('content-type') ?? 'text/plain');
  }
  return answer;
}

const internal = { 'X-OpenFaaS-Internal': 'proxy' };

/** The headers that the gateway puts on top of the caller's. */
function headersFor({ request, peer }: Invocation, started: Date): Record<string, string> {
  const { headers } = request;
  const host = headers.get('host') ?? new URL(request.url).host;
  return {
    'x-call-id': headers.get('x-call-id') ?? randomUUID(),
    'x-start-time': `${started.getTime()}000000`,
    'x-forwarded-host': headers.get('x-forwarded-host') ?? host,
    'x-forwarded-for': [headers.get('x-forwarded-for'), peer?.address].filter(Boolean).join(', '),
  };
}

async function reach(
  ports: InvokePorts,
  { key, path, request }: Invocation,
  headers: Record<string, string>,
): Promise<Response> {
  const { name } = key;
  const picked = ports.endpoints.pick(key);
  if (picked === undefined) return plain(503, `No endpoints available for: ${name}.`, internal);
  try {
    const to = (await ports.dialer?.(picked.host, picked.port)) ?? picked;
    const host = `${to.host}:${to.port}`;
    return await forward(request, { ...to, path, headers: { ...headers, host } });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    // The pod is named in the log only: a caller learns nothing of the cluster's inside.
    ports.log.warn('function could not be reached', { function: name, err: thrown.message });
    return plain(500, `Can't reach service for: ${name}.`, internal);
  }
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text === '' ? null : text, { status, headers });
}
