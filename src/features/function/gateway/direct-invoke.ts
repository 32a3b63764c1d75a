import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../../base/index.ts';
import type { Key } from '../../../base/index.ts';
import type { DirectHandler } from '../../../lib/http/index.ts';
import { admitted, callHeaders, internal, texts } from './call-headers.ts';
import type { CallHeaders } from './call-headers.ts';
import type { Address } from './endpoints.ts';
import { functionPathOf } from './function-name.ts';
import type { InvokePorts } from './invoke.ts';
import { sendUpstream } from './upstream.ts';

/** One call on its way. */
interface Passing {
  readonly ports: InvokePorts;
  readonly key: Required<Key>;
  /** Path and query as they came, not a byte changed. */
  readonly path: string;
  readonly headers: CallHeaders;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The hot path: passes `/function/NAME` on, stream to stream, with no `Request` in between; what
 * `invoke` does otherwise. Everything else is left to the handler.
 */
export function directInvoke(ports: InvokePorts, functionNamespace: string): DirectHandler {
  return (request, response) => {
    const { url = '/', method = 'GET' } = request;
    if (!url.startsWith('/function/')) return false;
    const query = url.indexOf('?');
    const pathname = query < 0 ? url : url.slice(0, query);
    const called = functionPathOf(pathname, functionNamespace);
    if (called === undefined) return false;
    const { key } = called;
    if (!admitted.has(method)) return plain(response, 405, '');
    if (!ports.endpoints.knows(key)) {
      return plain(response, 404, texts.unknown(key.name, key.namespace));
    }
    const path = query < 0 ? called.rest : called.rest + url.slice(query);
    pass({ ports, key, path, request, response, headers: measured(ports, request, response, key) });
    return true;
  };
}

/** Counts and times the call; gives the headers that it carries. */
function measured(
  { clock, metrics }: InvokePorts,
  { headers, socket }: IncomingMessage,
  response: ServerResponse,
  key: Required<Key>,
): CallHeaders {
  const started = clock.now().getTime();
  const name = `${key.name}.${key.namespace}`;
  metrics.started(name);
  response.once('close', () => {
    metrics.finished(name, response.statusCode, (clock.now().getTime() - started) / 1000);
  });
  return callHeaders(
    {
      header: (each) => headers[each] as string | undefined,
      host: headers.host ?? '',
      address: socket.remoteAddress,
    },
    started,
  );
}

function pass(passing: Passing): void {
  const { ports, key, response } = passing;
  const picked = ports.endpoints.pick(key);
  if (picked === undefined) {
    plain(response, 503, texts.noEndpoints(key.name), passing.headers);
    return;
  }
  if (ports.dialer === undefined) return send(passing, picked);
  void Promise.resolve(ports.dialer(picked.host, picked.port)).then(
    (to) => send(passing, to ?? picked),
    (thrown: unknown) => fail(passing, thrown),
  );
}

function send(passing: Passing, to: Address): void {
  const onFailure = (thrown: Error): void => fail(passing, thrown);
  sendUpstream({ ...passing, to, onFailure });
}

function fail({ ports, key, response, headers }: Passing, thrown: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // The pod is named in the log only: a caller learns nothing of the cluster's inside.
  ports.log.warn('function could not be reached', { function: key.name, err: messageOf(thrown) });
  plain(response, 500, texts.unreachable(key.name), headers);
}

function plain(
  response: ServerResponse,
  status: number,
  text: string,
  headers?: CallHeaders,
): boolean {
  const ours = headers && {
    'X-Call-Id': headers['x-call-id'],
    'X-Start-Time': headers['x-start-time'],
  };
  const type = text === '' ? {} : { 'Content-Type': 'text/plain;charset=UTF-8', ...internal };
  response.writeHead(status, { ...ours, ...type });
  response.end(text);
  return true;
}
