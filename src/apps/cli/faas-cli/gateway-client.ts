import { Agent } from 'undici';
import { isRecord, KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Call } from '../cobra/index.ts';
import { findLogin } from './config-file.ts';
import { gatewayUrl } from './gateway-url.ts';

/** The gateway's REST API with somebody's credentials. */
export interface GatewayClient {
  readonly url: string;
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
}

export interface SendOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

const timeoutMs = 60_000;

/** `fetch` that says which gateway cannot be reached; `--tls-no-verify` is heeded. */
export async function fetchFrom(
  gateway: string,
  url: string,
  init: RequestInit & { readonly noVerify?: boolean },
): Promise<Response> {
  const { noVerify, ...rest } = init;
  const dispatcher = noVerify ? new Agent({ connect: { rejectUnauthorized: false } }) : undefined;
  try {
    return await fetch(url, { ...rest, ...(dispatcher ? { dispatcher } : {}) } as RequestInit);
  } catch (thrown) {
    const message = `cannot connect to OpenFaaS on URL: ${gateway}`;
    throw new KnownError('unreachable', message, { cause: thrown });
  }
}

/** A client for the gateway that the flags, the stack file and the environment name. */
export async function gatewayClient(
  { flags, io }: Call,
  stackGateway: string,
): Promise<GatewayClient> {
  const url = gatewayUrl(flags.string('gateway'), stackGateway, io.env.OPENFAAS_URL);
  const headers = new Headers({ 'user-agent': 'faas-cli/trice' });
  const token = flags.string('token');
  const login = token === '' ? await findLogin(io, url) : undefined;
  if (token !== '') headers.set('authorization', `Bearer ${token}`);
  else if (login !== undefined) {
    const scheme = login.auth === 'basic' ? 'Basic' : 'Bearer';
    headers.set('authorization', `${scheme} ${login.token.reveal()}`);
  }
  return {
    url,
    send(method, path, { query = {}, body, signal } = {}) {
      const set = Object.entries(query).filter(([, value]) => value !== '');
      const search = new URLSearchParams(set).toString();
      return fetchFrom(url, `${url}${path}${search === '' ? '' : `?${search}`}`, {
        method,
        headers,
        redirect: 'manual',
        signal: signal ?? AbortSignal.any([io.signal, AbortSignal.timeout(timeoutMs)]),
        noVerify: flags.bool('tls-no-verify'),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
  };
}

/** What to do about 401. */
export const unauthorized =
  'unauthorized access, run "faas-cli login" to setup authentication for this server';

/** The failure that an answer tells of, in the original's words. */
export async function failureOf(answer: Response): Promise<KnownError> {
  if (answer.status === 401) return new KnownError('denied', unauthorized);
  const text = await answer.text();
  return new KnownError(
    'failed',
    `server returned unexpected status code: ${answer.status} - ${text}`,
  );
}

/** A list of maps from an answer. Throws the failure the answer tells of. */
export async function listOf(client: GatewayClient, answer: Response): Promise<JsonRecord[]> {
  if (answer.status !== 200) throw await failureOf(answer);
  const text = await answer.text();
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return [];
    if (Array.isArray(value)) return value.filter(isRecord);
  } catch {
    // Told below.
  }
  throw new KnownError('failed', `cannot parse result from OpenFaaS on URL: ${client.url}`);
}
