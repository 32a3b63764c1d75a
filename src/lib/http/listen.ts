import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { KnownError } from '../../base/index.ts';
import type { Handler, Peer } from './handler.ts';

/** Takes over a connection that asked for another protocol (WebSocket, SPDY). */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  peer: Peer,
) => void;

/**
 * Takes a request as Node has it, before it becomes a `Request`: for hot paths that stream bytes and
 * need nothing of the web's words. True when it has taken it; it answers, and reports its own errors.
 */
export type DirectHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  peer: () => Peer,
) => boolean;

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly handler: Handler;
  /** Asked first. */
  readonly direct?: DirectHandler;
  readonly upgrade?: UpgradeHandler;
  /** PEM texts. With `ca` a client certificate is asked for, and its subject told when it verifies. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** A bug in a handler: the caller has been answered 500 already. */
  readonly onError?: (thrown: unknown) => void;
}

export interface Listening {
  readonly port: number;
  /** Ends every connection, also those that stream. */
  close(): Promise<void>;
}

/**
 * Serves a handler on a port. Fails with `KnownError('exists')` when the port is taken and
 * `KnownError('denied')` when it may not be used. Bodies stream both ways; a client that goes away
 * aborts `request.signal` and cancels the answer's body.
 */
export function listen(options: ListenOptions): Promise<Listening> {
  const { tls } = options;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.direct?.(request, response, () => peerOf(request))) return;
    void serveOne(options, request, response);
  };
  const server = tls
    ? https.createServer(
        { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false },
        answer,
      )
    : http.createServer(answer);
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 0;
  server.on('clientError', (_error, socket) => socket.destroy());
  const { upgrade } = options;
  const upgraded = new Set<Duplex>();
  if (upgrade) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgraded.add(socket);
      socket.on('close', () => upgraded.delete(socket));
      socket.on('error', () => socket.destroy());
      upgrade(request, socket, head, peerOf(request));
    });
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, options)));
    server.listen(options.port, options.host, () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
            for (const socket of upgraded) socket.destroy();
          }),
      });
    });
  });
}

function listenError(error: NodeJS.ErrnoException, { host, port }: ListenOptions): KnownError {
  const at = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new KnownError('exists', `port ${port} is already in use (${at})`);
  if (error.code === 'EACCES') return new KnownError('denied', `no permission to listen on ${at}`);
  return new KnownError('failed', `cannot listen on ${at}: ${error.message}`, { cause: error });
}

async function serveOne(
  options: ListenOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished)
      gone.abort(new KnownError('unreachable', 'the client went away'));
  });
  response.on('error', () => {});
  let answer: Response;
  try {
    answer = await options.handler(
      toRequest(request, gone.signal, options.tls !== undefined),
      peerOf(request),
    );
  } catch (thrown) {
    options.onError?.(thrown);
    answer = new Response('internal error\n', { status: 500 });
  }
  await send(answer, response);
}

function toRequest(request: IncomingMessage, signal: AbortSignal, secure: boolean): Request {
  const method = request.method ?? 'GET';
  const headers = new Headers();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    headers.append(request.rawHeaders[at]!, request.rawHeaders[at + 1]!);
  }
  const url = new URL(
    `${secure ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}${pathOf(request)}`,
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody
      ? { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: 'half' }
      : {}),
  } as RequestInit);
}

/** Node hands on what the client sent; an absolute form (proxies) is cut to its path. */
function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  return url.startsWith('/') ? url : `/${url.replace(/^[a-z]+:\/\/[^/]*\/?/i, '')}`;
}

const peers = new WeakMap<object, Peer>();

/** Asking a connection for its certificate costs much: once is enough, it cannot change. */
function peerOf(request: IncomingMessage): Peer {
  const known = peers.get(request.socket);
  if (known) return known;
  const peer = askPeer(request);
  peers.set(request.socket, peer);
  return peer;
}

function askPeer(request: IncomingMessage): Peer {
  const address = request.socket.remoteAddress ?? '';
  const socket = request.socket as Partial<TLSSocket>;
  if (!socket.authorized) return { address };
  const subject = socket.getPeerCertificate?.().subject as
    { CN?: string; O?: string | string[] } | undefined;
  if (subject?.CN === undefined) return { address };
  return {
    address,
    certificate: { commonName: subject.CN, organizations: [subject.O ?? []].flat() },
  };
}

/** Bodies of up to this many bytes go out with their head, as one piece. */
const sentWhole = 64 * 1024;

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of answer.headers) headers[name] = value;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  response.writeHead(answer.status, headers);
  if (answer.body === null) {
    response.end();
    return;
  }
  const length = answer.headers.get('content-length');
  if (length !== null && Number(length) <= sentWhole) {
    response.end(Buffer.from(await answer.arrayBuffer()));
    return;
  }
  response.flushHeaders();
  const reader = answer.body.getReader();
  response.on('close', () => void reader.cancel().catch(() => {}));
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!response.write(part.value)) await drained(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch {
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
