import http from 'node:http';
import { Readable } from 'node:stream';
import { KnownError, messageOf } from '../../base/index.ts';

/** Headers that belong to one connection and are never passed on (RFC 9110, 7.6.1). */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const agent = new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 64 });

export interface ForwardTo {
  readonly host: string;
  readonly port: number;
  /** Path and query, beginning with `/`. */
  readonly path: string;
  /** Headers set on the request after the hop-by-hop ones are dropped; undefined removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/**
 * Sends a request on to another server and gives its answer; bodies stream both ways. Throws
 * `KnownError('unreachable')` when there is no connection; aborting `request.signal` ends both sides.
 *
 * A server may close a kept connection at the moment it is used again. Then the request is sent once
 * more on a fresh one, if nothing of it had left, or if it has no body and may be repeated.
 */
export async function forward(request: Request, to: ForwardTo): Promise<Response> {
  const sending: Sending = { request, to, headers: headersOf(request, to) };
  try {
    return await send(sending, agent);
  } catch (thrown) {
    if (!(thrown instanceof StaleConnection)) throw thrown;
    return send(sending, undefined);
  }
}

interface Sending {
  readonly request: Request;
  readonly to: ForwardTo;
  readonly headers: Record<string, string>;
}

function headersOf(request: Request, to: ForwardTo): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (!hopByHop.includes(name)) headers[name] = value;
  for (const [name, value] of Object.entries(to.headers ?? {})) {
    if (value === undefined) delete headers[name.toLowerCase()];
    else headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** The kept connection was gone, and sending again does no harm. */
class StaleConnection extends Error {}

/** Methods of which a second try does no harm (RFC 9110, 9.2.2). */
const idempotent: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];
const closedCodes: readonly unknown[] = ['ECONNRESET', 'EPIPE'];

/** Sends it through an agent, or over a connection of its own when that is undefined. */
function send(
  { request, to, headers }: Sending,
  through: http.Agent | undefined,
): Promise<Response> {
  const { method, signal, body } = request;
  const { host, port, path } = to;
  const mayRepeat = body === null && idempotent.includes(method);
  let [hasBegun, hasFailed] = [false, false];
  return new Promise((resolve, reject) => {
    const out = http.request(
      { host, port, path, method, headers, agent: through ?? false, signal },
      (answer) => resolve(toResponse(answer)),
    );
    out.on('error', (error: NodeJS.ErrnoException) => {
      hasFailed = true;
      const isStale = out.reusedSocket && closedCodes.includes(error.code);
      if (isStale && (mayRepeat || !hasBegun)) reject(new StaleConnection());
      else reject(new KnownError('unreachable', messageOf(error), { cause: error }));
    });
    const begin = (): void => {
      if (hasFailed) return;
      hasBegun = true;
      if (body === null) return void out.end();
      Readable.fromWeb(body as never)
        .on('error', () => out.destroy())
        .pipe(out);
    };
    if (mayRepeat) begin();
    // On a kept connection look at the network once: if the other side has closed it, we learn of
    // it before anything is sent that cannot be sent again.
    else out.once('socket', () => (out.reusedSocket ? afterPoll(begin) : begin()));
  });
}

/** Calls back when Node has looked for news of every connection: the second turn begins after a look. */
function afterPoll(call: () => void): void {
  setImmediate(() => setImmediate(call));
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at]!;
    if (!hopByHop.includes(name.toLowerCase())) headers.append(name, answer.rawHeaders[at + 1]!);
  }
  const status = answer.statusCode ?? 502;
  const bodiless = [101, 204, 205, 304].includes(status);
  if (bodiless) answer.resume();
  return new Response(bodiless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers,
  });
}
