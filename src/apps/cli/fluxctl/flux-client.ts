import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { FlagValues } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';
import { daemonIn } from './find-daemon.ts';
import { tokenOf } from './flags.ts';

/** An error that the daemon answered, with its own help for a person. */
export class FluxApiError extends KnownError {
  readonly help: string;

  constructor(message: string, help: string, status: number) {
    super(status === 404 ? 'not-found' : 'failed', message, { status });
    this.help = help;
  }
}

/** Calls fluxd's API. Paths are below `/api/flux/`. */
export interface FluxClient {
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>;
  post<T>(path: string, body: unknown, query?: Readonly<Record<string, string>>): Promise<T>;
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Where a token alone leads, as in fluxctl. */
const urlWithToken = 'https://cloud.weave.works/api/flux';

/**
 * The daemon a command line means: `--url`, else the one of the named namespace, through the API
 * server's proxy.
 */
export async function connectFlux(flags: FlagValues, io: CliIo): Promise<FluxClient> {
  const token = tokenOf(flags, io);
  const url = flags.string('url') || (token === '' ? '' : urlWithToken);
  const send = url === '' ? await proxied(flags, io) : direct(url, token);
  const limitMs = flags.number('timeout');
  return {
    get: (path, query) => call(send, pathOf(path, query), { method: 'GET' }, { io, limitMs }),
    post: (path, body, query) =>
      call(
        send,
        pathOf(path, query),
        {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
        { io, limitMs },
      ),
  };
}

function pathOf(path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}

function direct(url: string, token: string): Send {
  const headers: Record<string, string> =
    token === '' ? {} : { authorization: `Scope-Probe token=${token}` };
  return async (path, init) => {
    try {
      return await fetch(`${url.replace(/\/+$/, '')}/${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string>) },
      });
    } catch (thrown) {
      throw new KnownError('unreachable', `cannot reach ${url}: ${messageOf(thrown)}`);
    }
  };
}

async function proxied(flags: FlagValues, io: CliIo): Promise<Send> {
  const context = flags.string('context');
  const { cluster } = await connectCluster(io, context === '' ? {} : { context });
  const target = await daemonIn(cluster, flags.string('k8s-fwd-ns'), flags.map('k8s-fwd-labels'));
  const base = `/api/v1/namespaces/${target}/proxy/api/flux`;
  return (path, init) => cluster.raw(`${base}/${path}`, init);
}

async function call<T>(
  send: Send,
  path: string,
  init: RequestInit,
  { io, limitMs }: { readonly io: CliIo; readonly limitMs: number },
): Promise<T> {
  const over = new AbortController();
  const timer = new AbortController();
  const stop = (): void => over.abort(io.signal.reason);
  io.signal.addEventListener('abort', stop, { once: true });
  const late = new KnownError('timeout', `no answer from Flux within ${limitMs / 1000}s`);
  io.clock.sleep(limitMs, timer.signal).then(
    () => over.abort(late),
    () => {},
  );
  try {
    const headers = { accept: 'application/json', ...(init.headers as Record<string, string>) };
    const answer = await send(path, { ...init, headers, signal: over.signal });
    return await readAnswer<T>(answer);
  } catch (thrown) {
    throw over.signal.reason === late ? late : thrown;
  } finally {
    timer.abort();
    io.signal.removeEventListener('abort', stop);
  }
}

async function readAnswer<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  const body = parsed(text);
  if (isRecord(body) && typeof body['help'] === 'string') {
    throw new FluxApiError(String(body['error'] ?? ''), body['help'], answer.status);
  }
  const said =
    isRecord(body) && typeof body['message'] === 'string' ? body['message'] : text.trim();
  throw new KnownError('failed', said === '' ? `Flux answered ${answer.status}` : said, {
    status: answer.status,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
