import type http from 'node:http';
import { Readable } from 'node:stream';
import { KnownError } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { loginOf } from './login/login.ts';
import type { Proof } from './login/login.ts';

const unauthorized = 401;

/**
 * Sends requests to the server of a kubeconfig, with its own CA and the user's login. A login that the
 * server does not believe is made anew once, where a program makes it. Node's client is loaded with the
 * first request: reading a kubeconfig costs nothing of it.
 */
export function kubeconfigTransport(config: Kubeconfig): Transport {
  const login = loginOf(config);
  const proxy = proxied(config);
  const connection = connecting(config, proxy);
  return async (request) => {
    const outgoing = await outgoingOf(config, request);
    const answer = await send(config, outgoing, await connection(await login.current()));
    if (answer.status !== unauthorized || !login.forget()) return answer;
    await answer.body?.cancel();
    return send(config, outgoing, await connection(await login.current()));
  };
}

interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

async function outgoingOf(config: Kubeconfig, request: Request): Promise<Outgoing> {
  const from = new URL(request.url);
  const headers = { ...Object.fromEntries(request.headers), ...impersonation(config) };
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  return {
    url: new URL(`${config.server}${from.pathname}${from.search}`),
    method: request.method,
    // Node frames the body of a DELETE only when it is told its length.
    headers: body === undefined ? headers : { ...headers, 'content-length': String(body.length) },
    body,
    signal: request.signal,
  };
}

interface Connection {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
  readonly authorization: Proof['authorization'];
}

/** The connections of a login: a client certificate is part of them, so another one needs others. */
function connecting(config: Kubeconfig, proxy: Proxy): (proof: Proof) => Promise<Connection> {
  let made: { agent: http.Agent; clientCert: string | undefined } | undefined;
  return async ({ authorization, clientCert, clientKey }) => {
    const isSecure = config.server.startsWith('https:');
    const client = isSecure ? await import('node:https') : await import('node:http');
    if (made === undefined || made.clientCert !== clientCert) {
      made?.agent.destroy();
      const agent = new client.Agent({
        keepAlive: true,
        maxFreeSockets: 16,
        ...proxy,
        ...(isSecure ? tlsOf(config, { clientCert, clientKey }) : {}),
      });
      made = { agent, clientCert };
    }
    return { request: client.request, agent: made.agent, authorization };
  };
}

function tlsOf(
  { ca, tlsServerName, insecure }: Kubeconfig,
  { clientCert, clientKey }: Pick<Proof, 'clientCert' | 'clientKey'>,
): Record<string, unknown> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { cert: clientCert }),
    ...(clientKey === undefined ? {} : { key: clientKey.reveal() }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: !insecure,
  };
}

function send(
  config: Kubeconfig,
  { url, method, headers, body, signal }: Outgoing,
  { request, agent, authorization }: Connection,
): Promise<Response> {
  const all =
    authorization === undefined ? headers : { ...headers, authorization: authorization.reveal() };
  return new Promise((resolve, reject) => {
    const out = request(url, { method, headers: all, agent, signal }, (answer) =>
      resolve(toResponse(answer)),
    );
    out.on('error', (error) => reject(unreachable(config, error)));
    out.end(body);
  });
}

interface Proxy {
  readonly proxyEnv?: Record<string, string>;
}

/** The proxy in the form in which Node's agent takes it. Throws `KnownError('unsupported')` for other kinds. */
function proxied({ proxyUrl }: Kubeconfig): Proxy {
  if (!proxyUrl) return {};
  if (!/^https?:\/\/./i.test(proxyUrl)) {
    throw new KnownError(
      'unsupported',
      `proxy ${proxyUrl}: only http:// and https:// are supported`,
    );
  }
  return { proxyEnv: { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl } };
}

function impersonation({ impersonate }: Kubeconfig): Record<string, string | string[]> {
  if (impersonate === undefined) return {};
  const { user, groups, uid } = impersonate;
  return {
    'impersonate-user': user,
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
  };
}

/** The words kubectl uses, since people search for them. */
function unreachable({ server }: Kubeconfig, error: NodeJS.ErrnoException): KnownError {
  if (error.name === 'AbortError')
    return new KnownError('unreachable', 'the request was aborted', { cause: error });
  const host = new URL(server).host;
  const message =
    error.code === 'ECONNREFUSED'
      ? `The connection to the server ${host} was refused - did you specify the right host or port?`
      : `Unable to connect to the server ${host}: ${error.message}`;
  return new KnownError('unreachable', message, { cause: error });
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  const status = answer.statusCode ?? 502;
  const bodiless = [101, 204, 205, 304].includes(status);
  if (bodiless) answer.resume();
  return new Response(bodiless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers,
  });
}
