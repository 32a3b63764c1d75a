import { messageOf, type Clock, type Hidden, type Logger } from '../../base/index.ts';
import { basicAuthOf, sameText } from '../../lib/http/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { serveBlobs } from './blobs.ts';
import { collectBlobs } from './collect.ts';
import { RegistryRefusal } from './errors.ts';
import { serveManifests, serveReferrers } from './manifests.ts';
import { serveCatalog, serveTags } from './lists.ts';
import { repositoryName } from './names.ts';
import { openStorage, prepareUploads } from './storage.ts';
import type { Storage } from './storage.ts';
import { Uploads } from './uploads.ts';
import { serveUploads } from './upload-routes.ts';

/** A tag was pushed and is stored. */
export interface ImagePushed {
  /** Without the registry's host. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export interface RegistryOptions {
  readonly dir: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Needed for every call when set. */
  readonly auth?: { readonly username: string; readonly password: Hidden<string> };
  readonly onPush: (event: ImagePushed) => void;
  /** Largest blob, 16 GiB unless told otherwise. */
  readonly maxBlobBytes?: number;
}

/** What a route works with. */
export interface Room {
  readonly storage: Storage;
  readonly uploads: Uploads;
  readonly options: RegistryOptions;
}

/** One call, taken apart. */
export interface RegistryCall {
  readonly request: Request;
  readonly method: string;
  readonly url: URL;
  readonly repository: string;
  /** A tag, digest or upload id; '' when the path ends before one. */
  readonly reference: string;
}

type Route = (room: Room, call: RegistryCall) => Promise<Response>;

const routes: ReadonlyArray<readonly [RegExp, Route]> = [
  [/^\/v2\/(.+)\/tags\/list()$/, serveTags],
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, serveManifests],
  [/^\/v2\/(.+)\/blobs\/uploads\/?([^/]*)$/, serveUploads],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, serveBlobs],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, serveReferrers],
];

const version = { 'docker-distribution-api-version': 'registry/2.0' };
/** Uploads and blobs that nobody names are kept for a day: their push may go on. */
const staleMs = 24 * 3_600_000;

/** A registry over a folder. The folder is made by the first call. */
export function createRegistry(options: RegistryOptions): Handler {
  const storage = openStorage(options.dir);
  const uploads = new Uploads(storage.uploads, options.maxBlobBytes ?? 16 * 2 ** 30);
  const room: Room = { storage, uploads, options };
  let ready: Promise<void> | undefined;
  return async (request) => {
    try {
      ready ??= prepare(room);
      // A folder that could not be made is tried again by the next call.
      await ready.catch((thrown: unknown) => {
        ready = undefined;
        throw thrown;
      });
      checkLogin(options, request);
      const response = await answer(room, request);
      for (const [name, value] of Object.entries(version)) response.headers.set(name, value);
      return response;
    } catch (thrown) {
      if (!(thrown instanceof RegistryRefusal)) throw thrown;
      const refusal = thrown.toResponse();
      for (const [name, value] of Object.entries(version)) refusal.headers.set(name, value);
      return refusal;
    }
  };
}

/** Before the first call: leftovers of uploads go; and beside what follows, content that nobody names. */
async function prepare({ storage, options }: Room): Promise<void> {
  const { clock, dir, log } = options;
  const before = clock.now().getTime() - staleMs;
  await prepareUploads(storage.uploads, before);
  collectBlobs(dir, before).then(
    (bytes) => bytes > 0 && log.info('content that no manifest names was removed', { bytes }),
    (thrown: unknown) => log.warn('old content could not be removed', { err: messageOf(thrown) }),
  );
}

function answer(room: Room, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const { pathname } = url;
  if (pathname === '/v2' || pathname === '/v2/') return Promise.resolve(Response.json({}));
  if (pathname === '/v2/_catalog') return serveCatalog(room.storage, url);
  for (const [pattern, route] of routes) {
    const found = pattern.exec(pathname);
    if (found === null) continue;
    const [, name = '', reference = ''] = found;
    const call = { request, method: request.method, url, repository: repositoryName(name) };
    return route(room, { ...call, reference: decodeURIComponent(reference) });
  }
  const isApi = pathname.startsWith('/v2/');
  if (isApi)
    throw new RegistryRefusal('UNSUPPORTED', `${request.method} ${pathname} is not served`);
  return Promise.resolve(
    new Response('a container registry; its API is at /v2/\n', { status: 404 }),
  );
}

function checkLogin({ auth }: RegistryOptions, request: Request): void {
  if (auth === undefined) return;
  const given = basicAuthOf(request.headers);
  const isName = sameText(given?.username ?? '', auth.username);
  const isPassword = sameText(given?.password.reveal() ?? '', auth.password.reveal());
  if (given !== undefined && isName && isPassword) return;
  const challenge = { 'www-authenticate': 'Basic realm="trice registry", charset="UTF-8"' };
  throw new RegistryRefusal('UNAUTHORIZED', 'authentication required', challenge);
}
