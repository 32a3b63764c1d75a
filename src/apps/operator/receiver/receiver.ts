import { createHash } from 'node:crypto';
import {
  KnownError,
  messageOf,
  type Clock,
  type Hidden,
  type Logger,
} from '../../../base/index.ts';
import type { Handler, Transport } from '../../../lib/http/index.ts';
import { googleTokens, type CheckToken } from './google-token.ts';
import type { Hook, Notice, Said } from './notice.ts';
import { isQuiet, sources } from './sources.ts';

/** One entry of fluxrecv.yaml. */
export interface ReceiverEndpoint {
  /** A name of `sources`. */
  readonly source: string;
  readonly key: Hidden<Buffer>;
  /** `''`: none. */
  readonly registryHost: string;
  /** Google's tokens must be for this audience; not checked when absent. */
  readonly audience?: string;
}

export interface ReceiverPorts {
  readonly endpoints: readonly ReceiverEndpoint[];
  /** fluxd's API, which hears of every change. */
  readonly api: Handler;
  readonly clock: Clock;
  readonly log: Logger;
  /** To Google, for its keys; the network when absent. */
  readonly transport?: Transport;
}

const maxBodyBytes = 25 * 1024 * 1024;
const notifyLimitMs = 10_000;

/** Where an endpoint is called: `/hook/<sha256 of key and registry host>`. */
export function hookPath({ key, registryHost }: Omit<ReceiverEndpoint, 'source'>): string {
  const digest = createHash('sha256').update(key.reveal()).update(registryHost).digest('hex');
  return `/hook/${digest}`;
}

/**
 * Takes the webhooks of forges and registries and tells fluxd's API what changed, as flux-recv does. A
 * signature is checked over the bytes before anything of them is read.
 */
export function receiverHandler(ports: ReceiverPorts): Handler {
  const log = ports.log.with({ component: 'receiver' });
  const endpoints = new Map(ports.endpoints.map((each) => [hookPath(each), each]));
  const transport: Transport = ports.transport ?? ((request) => fetch(request));
  const checkToken = googleTokens(ports.clock, transport);
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/health') return answer(200, 'OK');
    const endpoint = endpoints.get(pathname);
    if (endpoint === undefined) return answer(404, '404 page not found');
    if (request.method !== 'POST') return answer(405, 'method not allowed');
    try {
      return await receive(request, endpoint, { ...ports, log, checkToken });
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      log.warn('a webhook was refused', { source: endpoint.source, err: thrown.message });
      return answer(isQuiet(endpoint.source) ? 200 : statusOf(thrown), thrown.message);
    }
  };
}

type Receiving = ReceiverPorts & { readonly checkToken: CheckToken };

async function receive(
  request: Request,
  endpoint: ReceiverEndpoint,
  ports: Receiving,
): Promise<Response> {
  const { key, registryHost: host, audience } = endpoint;
  const source = sources[endpoint.source]!;
  const hook: Hook = { headers: request.headers, body: await bodyOf(request), key, host };
  if (!source.isGenuine(hook)) throw new KnownError('denied', 'the signature is wrong or missing');
  if (audience !== undefined) {
    await ports.checkToken(request.headers.get('authorization') ?? '', audience);
  }
  const said: Said = source.read(hook);
  if (typeof said === 'string') return answer(200, said);
  for (const notice of said) await notify(notice, ports);
  return answer(200, '');
}

/** A notice of git that fails is the caller's to send again; of images it is only logged. */
async function notify(notice: Notice, { api, clock, log }: Receiving): Promise<void> {
  const timer = new AbortController();
  const late = clock.sleep(notifyLimitMs, timer.signal).then(() => {
    throw new KnownError('timeout', 'the API gave no answer in 10 s');
  });
  const request = new Request('http://flux/api/flux/v11/notify', {
    method: 'POST',
    body: JSON.stringify(notice),
  });
  try {
    const told = await Promise.race([api(request), late]);
    if (!told.ok) throw new KnownError('failed', `the API answered ${told.status}`);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    if (notice.Kind === 'git') throw new KnownError('failed', messageOf(thrown));
    log.warn('a notice of an image was lost', { err: messageOf(thrown) });
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

async function bodyOf(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > maxBodyBytes) throw new KnownError('invalid', 'the body is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function statusOf({ code }: KnownError): number {
  if (code === 'denied') return 401;
  return code === 'invalid' ? 400 : 500;
}

function answer(status: number, text: string): Response {
  return new Response(text === '' ? null : `${text}\n`, { status });
}
