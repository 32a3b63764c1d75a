import { KnownError, messageOf } from '../../base/index.ts';
import type { Hidden, Logger } from '../../base/index.ts';
import { basicAuthOf, sameText } from '../../lib/http/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { advertise, serveRpc } from './rpc.ts';
import type { Service } from './rpc.ts';
import type { PushPolicy } from './push-policy.ts';
import { readRef, setHead } from './refs.ts';
import type { RefUpdate } from './ref-updates.ts';
import { createUpkeep } from './upkeep.ts';
import type { Upkeep } from './upkeep.ts';
import { openRepositories } from './repositories.ts';
import type { Repositories } from './repositories.ts';

/** A branch moved. `revision` is '' when it was deleted, `before` is '' when it is new. */
export interface PushEvent {
  /** `owner/name`, without `.git`. */
  readonly repository: string;
  readonly branch: string;
  readonly revision: string;
  readonly before: string;
}

export interface GitServerOptions {
  /** Repositories are `<dir>/<owner>/<name>.git`. */
  readonly dir: string;
  readonly auth: { readonly username: string; readonly password: Hidden<string> };
  /** Whether reading needs no login. */
  readonly anonymousRead: boolean;
  readonly log: Logger;
  /** Called after git stored a push, once per branch that moved. */
  readonly onPush: (event: PushEvent) => void;
  /** Which branches are protected, and how much a push may bring; everything is allowed when absent. */
  readonly policy?: PushPolicy;
  /** Where git is found; the usual folders when absent. */
  readonly path?: string;
}

export interface GitServer {
  readonly handle: Handler;
  /** Makes an empty repository unless it is there. */
  create(repository: string): Promise<void>;
  /** `owner/name` of every repository, sorted. */
  list(): Promise<string[]>;
  /** Folder of a repository. Throws `KnownError('invalid')` for a name that is none. */
  folderOf(repository: string): string;
}

interface Room {
  readonly options: GitServerOptions;
  readonly repositories: Repositories;
  readonly upkeep: Upkeep;
}

interface Call {
  readonly repository: string;
  readonly service: Service;
  readonly isAdvertisement: boolean;
}

/** A git server over a folder. */
export function createGitServer(options: GitServerOptions): GitServer {
  const repositories = openRepositories(options);
  const room: Room = { options, repositories, upkeep: createUpkeep(options) };
  return {
    handle: async (request) => {
      try {
        return await answer(room, request);
      } catch (thrown) {
        if (!(thrown instanceof KnownError)) throw thrown;
        return text(statusOf(thrown), messageOf(thrown));
      }
    },
    create: async (repository) => void (await repositories.make(repository)),
    list: () => repositories.list(),
    folderOf: (repository) => repositories.folderOf(repository),
  };
}

function statusOf(error: KnownError): number {
  return { invalid: 400, 'not-found': 404 }[error.code as string] ?? 500;
}

async function answer(
  { options, repositories, upkeep }: Room,
  request: Request,
): Promise<Response> {
  const call = callOf(request);
  if (call === undefined) return text(404, 'not found; git clients are served, browsers are not');
  const isAllowed = mayCall(options, request, call);
  if (!isAllowed) return needsLogin();
  const { repository, service } = call;
  const dir =
    service === 'receive-pack'
      ? await repositories.make(repository)
      : await repositories.find(repository);
  await upkeep.open(dir);
  const run = { dir, service, request, path: options.path };
  if (call.isAdvertisement) return advertise(run);
  return serveRpc({
    ...run,
    policy: options.policy ?? {},
    onUpdates: async (updates) => {
      await told(options, { repository, dir }, updates);
      upkeep.pushed(dir);
    },
    onError: (why) => options.log.warn('git failed', { repository, service, reason: why }),
  });
}

function mayCall(options: GitServerOptions, request: Request, call: Call): boolean {
  const given = basicAuthOf(request.headers);
  if (given === undefined) return options.anonymousRead && call.service === 'upload-pack';
  const { username, password } = options.auth;
  const isName = sameText(given.username, username);
  return sameText(given.password.reveal(), password.reveal()) && isName;
}

const route = /^\/(.+?)(?:\.git)?\/(?:(info\/refs)|git-(upload-pack|receive-pack))$/;

function callOf(request: Request): Call | undefined {
  const url = new URL(request.url);
  const found = route.exec(url.pathname);
  if (found === null) return undefined;
  const [, repository = '', info, service] = found;
  const asked = info === undefined ? service : url.searchParams.get('service')?.slice(4);
  if (asked !== 'upload-pack' && asked !== 'receive-pack') return undefined;
  if (request.method !== (info === undefined ? 'POST' : 'GET')) return undefined;
  return { repository, service: asked, isAdvertisement: info !== undefined };
}

/** Says what a push changed, after looking what git really stored. */
async function told(
  options: GitServerOptions,
  at: { readonly repository: string; readonly dir: string },
  updates: readonly RefUpdate[],
): Promise<void> {
  for (const { ref, before, after } of updates) {
    if (!ref.startsWith('refs/heads/')) continue;
    if ((await readRef(at.dir, ref)) !== after) continue;
    const branch = ref.slice('refs/heads/'.length);
    if (after !== '') await setHead(at.dir, ref);
    options.log.info('', { event: 'pushed', repository: at.repository, branch, revision: after });
    options.onPush({ repository: at.repository, branch, revision: after, before });
  }
}

function needsLogin(): Response {
  const headers = { 'www-authenticate': 'Basic realm="trice git", charset="UTF-8"' };
  return new Response('login needed\n', { status: 401, headers });
}

function text(status: number, message: string): Response {
  return new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain' } });
}
