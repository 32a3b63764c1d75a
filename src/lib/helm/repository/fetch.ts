import { KnownError, messageOf } from '../../../base/index.ts';
import type { Clock, Hidden } from '../../../base/index.ts';
import type { Transport } from '../../http/index.ts';
import { helmVersion } from '../render/capabilities.ts';

/** Name and password of a chart repository. */
export interface RepositoryCredentials {
  readonly username: string;
  readonly password: Hidden<string>;
  /** Send them to other hosts too (`--pass-credentials`). */
  readonly passToAll?: boolean;
}

/** What is needed to ask a chart repository. */
export interface FetchPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One request with its redirects; 120 s when absent. */
  readonly timeoutMs?: number;
}

interface Target {
  readonly url: string;
  /** The repository's own URL: credentials go to its scheme and host only. */
  readonly home: string;
  readonly credentials?: RepositoryCredentials;
  readonly maxBytes: number;
}

const maxRedirects = 10;
const defaultTimeoutMs = 120_000;

/** Reads a URL. Credentials never follow to another scheme or host, redirects included. */
export async function fetchBytes(ports: FetchPorts, target: Target): Promise<Buffer> {
  const stop = new AbortController();
  const signal = AbortSignal.any([ports.signal, stop.signal]);
  const timer = ports.clock.sleep(ports.timeoutMs ?? defaultTimeoutMs, signal).then(
    () => stop.abort(new KnownError('timeout', `${shown(target.url)} did not answer in time`)),
    () => {},
  );
  try {
    const response = await follow(ports.transport, target, signal);
    return await bodyOf(response, target);
  } catch (thrown) {
    if (ports.signal.aborted) throw ports.signal.reason;
    if (thrown instanceof KnownError) throw thrown;
    const why = stop.signal.aborted ? stop.signal.reason : thrown;
    throw new KnownError(
      'unreachable',
      `Get ${JSON.stringify(shown(target.url))}: ${causeOf(why)}`,
      {
        cause: thrown,
      },
    );
  } finally {
    stop.abort();
    await timer;
  }
}

async function follow(
  transport: Transport,
  target: Target,
  signal: AbortSignal,
): Promise<Response> {
  let url = target.url;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const headers = { 'user-agent': `Helm/${helmVersion.slice(1)}`, ...authorization(target, url) };
    const response = await transport(new Request(url, { headers, signal, redirect: 'manual' }));
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
  throw new KnownError('unreachable', `${shown(target.url)} redirects without end`);
}

function authorization(target: Target, url: string): Record<string, string> {
  const { credentials, home } = target;
  if (credentials === undefined) return {};
  const [here, there] = [new URL(home), new URL(url)];
  const isHome = here.protocol === there.protocol && here.host === there.host;
  if (!isHome && credentials.passToAll !== true) return {};
  const pair = `${credentials.username}:${credentials.password.reveal()}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function bodyOf(response: Response, { url, maxBytes }: Target): Promise<Buffer> {
  if (response.status !== 200) {
    await response.body?.cancel();
    const code = response.status === 404 ? 'not-found' : 'unreachable';
    const words = `${response.status} ${response.statusText || statusWords[response.status] || ''}`;
    throw new KnownError(code, `failed to fetch ${shown(url)} : ${words.trim()}`, {
      status: response.status,
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new KnownError('too-large', `${shown(url)} has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const statusWords: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

interface ConnectFailure extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** Go's words for the failures that everybody meets. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (!(cause instanceof Error)) return messageOf(thrown);
  const { code, address = '', port = '', hostname = '' } = cause as ConnectFailure;
  if (code === 'ECONNREFUSED') return `dial tcp ${address}:${port}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${hostname}: no such host`;
  return cause.message;
}

/** A URL without user, password and query values, for texts. */
export function shown(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.username === '' && parsed.password === '') return url;
    parsed.username = '';
    parsed.password = '';
    return parsed.href;
  } catch {
    return url.replace(/\/\/[^/@]*@/, '//');
  }
}
