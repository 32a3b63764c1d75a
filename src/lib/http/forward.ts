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
 */
export function forward(request: Request, to: ForwardTo): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (!hopByHop.includes(name)) headers[name] = value;
  for (const [name, value] of Object.entries(to.headers ?? {})) {
    if (value === undefined) delete headers[name.toLowerCase()];
    else headers[name.toLowerCase()] = value;
  }
  return new Promise((resolve, reject) => {
    const out = http.request(
      {
        host: to.host,
        port: to.port,
        path: to.path,
        method: request.method,
        headers,
        agent,
        signal: request.signal,
      },
      (answer) => resolve(toResponse(answer)),
    );
    out.on('error', (error) => {
      reject(new KnownError('unreachable', messageOf(error), { cause: error }));
    });
    if (request.body === null) out.end();
    else
      Readable.fromWeb(request.body as never)
        .on('error', () => out.destroy())
        .pipe(out);
  });
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
