import { KnownError, messageOf } from '../../base/index.ts';
import type { ErrorCode } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import { registryOf, repositoryOf } from './image-ref.ts';
import type { ImageRef } from './image-ref.ts';
import type { RegistryAuth, Target } from './registry-auth.ts';

export interface Question {
  readonly method?: string;
  /** Below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly actions?: 'pull' | 'pull,push' | 'pull,push,delete';
  /** A further repository to read from: a blob is mounted. */
  readonly alsoPull?: string;
  /** Statuses that are answers and no failures, beside the 200s. */
  readonly expect?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** Asks a registry, logging in when it wants that. Throws KnownErrors. */
export type Ask = (ref: ImageRef, question: Question) => Promise<Response>;

const hubApi = 'registry-1.docker.io';

/** `ask` over a transport. */
export function createAsk(options: {
  readonly transport: Transport;
  readonly auth: RegistryAuth;
  readonly insecureHosts: readonly string[];
}): Ask {
  return async (ref, question) => {
    const target = targetOf(ref, question, options.insecureHosts);
    const url = new URL(question.path, `${target.base}/v2/${repositoryOf(ref)}/`);
    const send = (): Promise<Response> => {
      const authorization = url.origin === target.base ? options.auth.headerFor(target) : undefined;
      const headers = { ...question.headers, ...(authorization ? { authorization } : {}) };
      const init: RequestInit = { method: question.method ?? 'GET', headers };
      if (question.body !== undefined)
        init.body = question.body as NonNullable<RequestInit['body']>;
      if (question.signal !== undefined) init.signal = question.signal;
      return sendOne(options.transport, new Request(url, init));
    };
    let response = await send();
    if (response.status === 401 && url.origin === target.base) {
      const challenge = response.headers.get('www-authenticate');
      await response.body?.cancel();
      if (await options.auth.answer(target, challenge, question.signal)) response = await send();
    }
    if (response.ok || question.expect?.includes(response.status)) return response;
    throw await failure(ref, question, response);
  };
}

function targetOf(ref: ImageRef, question: Question, insecureHosts: readonly string[]): Target {
  const registry = registryOf(ref);
  const host = registry === 'index.docker.io' ? hubApi : registry;
  const base = `${isPlain(registry, insecureHosts) ? 'http' : 'https'}://${host}`;
  if (!URL.canParse(base) || new URL(base).origin !== base.toLowerCase()) {
    throw new KnownError('invalid', `${JSON.stringify(registry)} is not the name of a registry`);
  }
  const scopes = [`repository:${repositoryOf(ref)}:${question.actions ?? 'pull'}`];
  if (question.alsoPull !== undefined) scopes.push(`repository:${question.alsoPull}:pull`);
  return { registry, base: base.toLowerCase(), scope: scopes.join(' ') };
}

/** Loopback hosts speak plain http, as container tools take it. */
function isPlain(registry: string, insecureHosts: readonly string[]): boolean {
  return (
    /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry) || insecureHosts.includes(registry)
  );
}

async function sendOne(transport: Transport, request: Request): Promise<Response> {
  try {
    return await transport(request);
  } catch (thrown) {
    if (thrown instanceof KnownError) throw thrown;
    request.signal.throwIfAborted();
    const { host } = new URL(request.url);
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    const why = messageOf(cause instanceof Error ? cause : thrown);
    throw new KnownError('unreachable', `registry ${host} cannot be reached: ${why}`, {
      cause: thrown,
    });
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  413: 'too-large',
  416: 'invalid',
  429: 'unreachable',
  503: 'unreachable',
};

async function failure(ref: ImageRef, question: Question, response: Response): Promise<KnownError> {
  const { status } = response;
  const said = reasonIn(await response.text().catch(() => ''));
  const what = `${question.method ?? 'GET'} ${question.path.split('?')[0]} of ${registryOf(ref)}/${repositoryOf(ref)}`;
  return new KnownError(codes[status] ?? 'failed', `${what}: ${status} ${said}`.trimEnd(), {
    status,
  });
}

/** `{errors: [{code, message}]}` as one line; other texts are cut. */
function reasonIn(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: Array<{ code?: string; message?: string }> };
    return (errors ?? []).map(({ code, message }) => `${code}: ${message}`).join('; ');
  } catch {
    return body.slice(0, 200).replaceAll(/\s+/g, ' ');
  }
}
