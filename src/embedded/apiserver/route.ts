import type { ApiRequest } from './http/api-request.ts';
import { KnownError, messageOf } from '../../base/index.ts';
import { refusal, type Attributes } from './auth/authorizer.ts';
import {
  unauthorized,
  forbidden,
  internalError,
  methodNotAllowed,
  resourceNotFound,
  StatusError,
} from './http/status-error.ts';
import { parseApiPath, type PathTarget } from './http/api-path.ts';
import { isTrue } from './http/write-options.ts';
import { verbLabel } from './metrics/request-metrics.ts';
import { respondError } from './present/respond.ts';
import type { Call, ServerState } from './server-state.ts';
import { anonymous, type User } from './auth/user.ts';
import { subresourceHandler } from './subresources/subresource-handler.ts';
import { createObject } from './verbs/create.ts';
import { deleteCollection, deleteObject } from './verbs/delete.ts';
import { getObject } from './verbs/get.ts';
import { listObjects } from './verbs/list.ts';
import { patchObject } from './verbs/patch.ts';
import { updateObject } from './verbs/update.ts';
import { whenSafe } from './verbs/when-safe.ts';
import { watchObjects } from './verbs/watch.ts';
import { virtualHandler } from './virtual/virtual-handler.ts';

/** Answers what is not about a resource; undefined: there is nothing at this path. */
export type OtherRoutes = (request: ApiRequest, url: URL) => Promise<Response | undefined>;

type Verb = (call: Call) => Response | Promise<Response>;

/** Answers one request of a user whose identity is settled; failures become Status answers. */
export async function route(
  state: ServerState,
  request: ApiRequest,
  { user, other }: { readonly user: User; readonly other: OtherRoutes },
): Promise<Response> {
  try {
    return await answer(state, request, { user, other });
  } catch (thrown) {
    return failure(state, request, thrown);
  }
}

/** "Not found" and "exists already" show writes too: they are held back like answers. */
function failure(
  state: ServerState,
  request: ApiRequest,
  thrown: unknown,
): Response | Promise<Response> {
  const answer = respondError(statusOf(state, request, thrown));
  return whenSafe({ state }, state.store.revision, answer);
}

/** A failure as the Status it is answered with; what was not foreseen is logged. */
export function statusOf(state: ServerState, request: ApiRequest, thrown: unknown): StatusError {
  if (thrown instanceof StatusError) return thrown;
  if (thrown instanceof KnownError && thrown.status !== undefined)
    return new StatusError(thrown.status, '', thrown.message);
  state.log.error('request failed', {
    err: thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown,
    method: request.method,
    path: new URL(request.url).pathname,
  });
  return internalError(messageOf(thrown));
}

async function answer(
  state: ServerState,
  request: ApiRequest,
  { user, other }: { readonly user: User; readonly other: OtherRoutes },
): Promise<Response> {
  const url = new URL(request.url);
  const path = parseApiPath(url.pathname);
  if (path.is !== 'resource') {
    authorizePath(state, user, { verb: request.method.toLowerCase(), path: url.pathname });
    return (await other(request, url)) ?? pageNotFound();
  }
  const call = callOf(state, request, { url, user, target: path.target });
  if (!call) return pageNotFound();
  const ended = state.metrics.begin(call, verbLabel(verbName(call), call));
  const response = await answerCall(call);
  ended(response.status);
  return response;
}

async function answerCall(call: Call): Promise<Response> {
  try {
    authorize(call);
    return await verbOf(call)(call);
  } catch (thrown) {
    return failure(call.state, call.request, thrown);
  }
}

/** What a real server answers outside everything it serves. */
export function pageNotFound(): Response {
  return new Response('404 page not found\n', {
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}

/** The call a path makes; undefined when its group version is not served. */
export function callOf(
  state: ServerState,
  request: ApiRequest,
  of: { readonly url: URL; readonly user: User; readonly target: PathTarget },
): Call | undefined {
  const { target, url, user } = of;
  const { group, version, plural } = target;
  const resource = state.resources.find(group, version, plural);
  if (!resource) {
    const served = state.resources
      .groups()
      .some((each) => each.group === group && each.versions.some((one) => one.version === version));
    if (!served) return undefined;
    throw resourceNotFound();
  }
  const warnings = resource.deprecation === undefined ? [] : [resource.deprecation];
  return { state, request, query: url.searchParams, user, resource, target, warnings };
}

const itemVerbs: Readonly<Record<string, Verb>> = {
  GET: getObject,
  PUT: (call) => updateObject(call),
  PATCH: (call) => patchObject(call),
  DELETE: deleteObject,
};

const collectionVerbs: Readonly<Record<string, Verb>> = {
  GET: listObjects,
  POST: createObject,
  DELETE: deleteCollection,
};

function verbOf(call: Call): Verb {
  const { request, resource, target } = call;
  if (resource.virtual) return virtualHandler(call);
  if (isWatch(call)) return watchObjects;
  if (target.subresource !== undefined) return subresourceHandler(call);
  const verbs = target.name === undefined ? collectionVerbs : itemVerbs;
  const verb = verbs[request.method];
  if (!verb || !resource.verbs.includes(verbName(call))) throw methodNotAllowed();
  if (request.method === 'POST' && resource.namespaced && target.namespace === undefined)
    throw methodNotAllowed();
  return verb;
}

function isWatch({ request, query, target }: Call): boolean {
  if (request.method !== 'GET' || target.subresource !== undefined) return false;
  return target.watch || isTrue(query.get('watch'));
}

/** The verb of the API, as authorisation and discovery name it. */
export function verbName(call: Call): string {
  const { request, target } = call;
  const one = target.name !== undefined;
  switch (request.method) {
    case 'GET':
      if (isWatch(call)) return 'watch';
      return one ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return one ? 'delete' : 'deletecollection';
    default:
      throw methodNotAllowed();
  }
}

/** 403 (401 for a caller nobody knows) unless the call is allowed. */
export function authorize(call: Call, verb: string = verbName(call)): void {
  const { resource, target, user, state } = call;
  const attributes: Attributes = {
    user,
    verb,
    group: resource.group,
    resource: resource.plural,
    subresource: target.subresource ?? '',
    namespace: target.namespace ?? namespaceItself(call),
    name: target.name ?? '',
  };
  if (state.authorizer.allows(attributes) !== undefined) return;
  if (user === anonymous) throw unauthorized();
  const plural =
    attributes.subresource === ''
      ? resource.plural
      : `${resource.plural}/${attributes.subresource}`;
  throw forbidden({ group: resource.group, plural }, attributes.name, refusal(attributes));
}

/** A namespace is judged by the rules inside it. */
function namespaceItself({ resource, target }: Call): string | undefined {
  return resource.group === '' && resource.plural === 'namespaces' ? target.name : undefined;
}

function authorizePath(
  state: ServerState,
  user: User,
  { verb, path }: { readonly verb: string; readonly path: string },
): void {
  const attributes: Attributes = {
    user,
    verb,
    path,
    group: '',
    resource: '',
    subresource: '',
    namespace: undefined,
    name: '',
  };
  if (state.authorizer.allows(attributes) !== undefined) return;
  if (user === anonymous) throw unauthorized();
  throw new StatusError(
    403,
    'Forbidden',
    `forbidden: User "${user.name}" cannot ${verb} path "${path}"`,
    { details: {} },
  );
}
