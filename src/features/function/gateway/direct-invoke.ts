import http from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { messageOf } from '../../../base/index.ts';
import type { Key } from '../../../base/index.ts';
import type { DirectHandler } from '../../../lib/http/index.ts';
import { admitted, callHeaders, hopByHop, internal, texts } from './call-headers.ts';
import type { CallHeaders } from './call-headers.ts';
import type { Address } from './endpoints.ts';
import { functionPathOf } from './function-name.ts';
import type { InvokePorts } from './invoke.ts';

const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 });

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

function send(passing: Passing, { host, port }: Address): void {
  const { request, response, path, headers: ours } = passing;
  const headers: OutgoingHttpHeaders = { ...request.headers, ...ours, host: `${host}:${port}` };
  for (const name of hopByHop) delete headers[name];
  const { method } = request;
  const upstream = http.request({ host, port, path, method, headers, agent });
  upstream.on('response', (answer) => copyBack(passing, answer));
  upstream.on('error', (error) => fail(passing, error));
  response.on('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  if (hasBody(request)) request.pipe(upstream);
  else upstream.end();
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function copyBack({ request, response, headers }: Passing, answer: IncomingMessage): void {
  const { rawHeaders, statusCode = 502 } = answer;
  const flat: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (hopByHop.has(name) || name === 'x-call-id' || name === 'x-start-time') continue;
    flat.push(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  flat.push('X-Call-Id', headers['x-call-id'], 'X-Start-Time', headers['x-start-time']);
  if (answer.headers['content-type'] === undefined && statusCode !== 204 && statusCode !== 304) {
    flat.push('Content-Type', request.headers['content-type'] ?? 'text/plain');
  }
  response.writeHead(statusCode, flat);
  // A stream without a length may stay silent for long: its headers must not wait for the first part.
  if (answer.headers['content-length'] === undefined) response.flushHeaders();
  answer.on('error', () => response.destroy());
  answer.pipe(response);
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
