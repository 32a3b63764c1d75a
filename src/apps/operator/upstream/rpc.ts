import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { Handler } from '../../../lib/http/index.ts';

/** One call of JSON-RPC 1.0. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: unknown;
}

interface Question {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: unknown;
  /** The result stands alone, not in an envelope with the application's error. */
  readonly isBare?: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join(',') : text(value);
const fields = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

// fluxd's methods; ListServicesWithOptions is known to callers, fluxd itself forgot to serve it.
const questions: Readonly<Record<string, (argument: unknown) => Question>> = {
  Ping: () => ({ path: 'v11/ping', isBare: true }),
  Version: () => ({ path: 'v11/version', isBare: true }),
  Export: () => ({ path: 'v6/export' }),
  ListServices: (namespace) => ({ path: 'v11/services', query: { namespace: text(namespace) } }),
  ListServicesWithOptions: (options) => ({
    path: 'v11/services',
    query: {
      namespace: text(fields(options)['Namespace']),
      services: texts(fields(options)['Services']),
    },
  }),
  ListImages: (spec) => ({ path: 'v10/images', query: { service: text(spec) } }),
  ListImagesWithOptions: (options) => ({
    path: 'v10/images',
    query: {
      service: text(fields(options)['Spec']),
      namespace: text(fields(options)['Namespace']),
      containerFields: texts(fields(options)['OverrideContainerFields']),
    },
  }),
  UpdateManifests: (spec) => ({ path: 'v9/update-manifests', body: spec }),
  NotifyChange: (change) => ({ path: 'v11/notify', body: change }),
  JobStatus: (id) => ({ path: 'v6/jobs', query: { id: text(id) } }),
  SyncStatus: (ref) => ({ path: 'v6/sync', query: { ref: text(ref) } }),
  GitRepoConfig: (isNew) => ({ path: 'v9/git-repo-config', body: isNew === true }),
};

/** Answers one call from the HTTP API; never throws. */
export async function answerCall(
  { method, params, id }: RpcCall,
  api: Handler,
  signal: AbortSignal,
): Promise<object> {
  const name = method.replace(/^RPCServer\./, '');
  const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
  if (question === undefined || !method.startsWith('RPCServer.')) {
    return { id, result: null, error: `rpc: can't find method ${method}` };
  }
  try {
    return { id, result: await ask(question(params[0]), api, signal), error: null };
  } catch (thrown) {
    return { id, result: null, error: messageOf(thrown) };
  }
}

async function ask(question: Question, api: Handler, signal: AbortSignal): Promise<unknown> {
  const { path, query = {}, body, isBare } = question;
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const url = `http://flux/api/flux/${path}?${new URLSearchParams(given).toString()}`;
  const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const headers = { accept: 'application/json' };
  const answer = await within(signal, api(new Request(url, { ...how, headers, signal })));
  const said = await answer.text();
  if (answer.ok) {
    const result = said === '' ? {} : (JSON.parse(said) as unknown);
    return isBare === true ? result : { Result: result, ApplicationError: null };
  }
  const error = parsed(said);
  if (isRecord(error) && 'type' in error) return { Result: null, ApplicationError: error };
  throw new KnownError('failed', said.trim() || `status ${answer.status}`);
}

/** The API's handlers need not heed the signal. */
function within<T>(signal: AbortSignal, asked: Promise<T> | T): Promise<T> {
  return Promise.race([
    asked,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said) as unknown;
  } catch {
    return undefined;
  }
}
