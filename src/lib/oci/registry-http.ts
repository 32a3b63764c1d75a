import { KnownError, messageOf } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import { registryOf, repositoryOf } from './image-ref.ts';
import type { ImageRef } from './image-ref.ts';
import { RegistryFault } from './registry-fault.ts';
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
    const isGood = ({ ok, status }: Response): boolean =>
      ok || question.expect?.includes(status) === true;
    let response = await send();
    let body = isGood(response) ? '' : await textOf(response);
    if (response.status === 401 && url.origin === target.base) {
      const challenge = response.headers.get('www-authenticate');
      if (await options.auth.answer(target, challenge, question.signal)) {
        response = await send();
        body = isGood(response) ? '' : await textOf(response);
      }
    }
    if (isGood(response)) return response;
    throw failure(ref, question, { status: response.status, url: url.href, body });
  };
}

/** What a failing registry says; bounded, since it is only for a text. */
async function textOf(response: Response): Promise<string> {
  const bytes: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes.push(chunk);
      size += chunk.length;
      if (size > maxTextBytes) break;
    }
  } catch {
    // The connection broke: what came until then has to do.
  }
  return Buffer.concat(bytes).subarray(0, maxTextBytes).toString('utf8');
}

const maxTextBytes = 64 * 1024;

function targetOf(ref: ImageRef, question: Question, insecureHosts: readonly string[]): Target {
  const registry = registryOf(ref);
  const host = registry === 'index.docker.io' ? hubApi : registry;
  const base = `${isPlain(registry, insecureHosts) ? 'http' : 'https'}://${host}`;
  if (!URL.canParse(base) || new URL(base).origin !== base.toLowerCase()) {
    throw new KnownError('invalid', `${JSON.stringify(registry)} is not the name of a registry`);
  }
  const isOfRepository = ref.path !== '';
  const scopes = isOfRepository
    ? [`repository:${repositoryOf(ref)}:${question.actions ?? 'pull'}`]
    : [];
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

function failure(
  ref: ImageRef,
  question: Question,
  { status, url, body }: { status: number; url: string; body: string },
): KnownError {
  const method = question.method ?? 'GET';
  const what = `${method} ${question.path.split('?')[0]} of ${registryOf(ref)}/${repositoryOf(ref)}`;
  return new RegistryFault(what, { method, url, status, body });
}
