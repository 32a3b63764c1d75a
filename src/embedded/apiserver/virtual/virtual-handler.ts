import { isRecord, type JsonRecord } from '../../../base/index.ts';
import type { Attributes } from '../auth/authorizer.ts';
import { staticUser } from '../auth/authenticate.ts';
import { anonymous, authenticated, type User } from '../auth/user.ts';
import { objectBody, readBody } from '../http/body.ts';
import { methodNotAllowed, resourceNotFound } from '../http/status-error.ts';
import { respondData } from '../present/respond.ts';
import { nowText, type Call } from '../server-state.ts';
import { bindByName } from '../subresources/binding.ts';
import { componentStatuses } from './component-statuses.ts';

type Verb = (call: Call) => Response | Promise<Response>;

const posts: Readonly<
  Record<string, (call: Call, body: JsonRecord) => JsonRecord | Promise<JsonRecord>>
> = {
  selfsubjectaccessreviews: (call, body) => accessReview(call, body, call.user),
  subjectaccessreviews: (call, body) => accessReview(call, body, userOfSpec(body)),
  localsubjectaccessreviews: (call, body) => accessReview(call, body, userOfSpec(body)),
  selfsubjectrulesreviews: rulesReview,
  selfsubjectreviews: (call, body) => ({ ...body, status: { userInfo: userInfo(call.user) } }),
  tokenreviews: tokenReview,
};

/** Kinds that are answered and never stored: reviews, component statuses. */
export function virtualHandler(call: Call): Verb {
  const { plural } = call.resource;
  if (plural === 'componentstatuses') return componentStatuses;
  const isPost = call.request.method === 'POST' && call.target.name === undefined;
  if (plural === 'bindings' && isPost) return bindByName;
  const post = posts[plural];
  if (!post) throw resourceNotFound();
  if (!isPost) throw methodNotAllowed();
  return async () => {
    const body = objectBody(await readBody(call.request), call.resource.kind);
    const { kind, apiVersion } = call.resource;
    const metadata = { creationTimestamp: nowText(call.state.clock) };
    return respondData(call, { ...(await post(call, body)), kind, apiVersion, metadata }, 201);
  };
}

function specOf(body: JsonRecord): JsonRecord {
  return isRecord(body['spec']) ? body['spec'] : {};
}

function userOfSpec(body: JsonRecord): User {
  const spec = specOf(body);
  // The older version calls them `group`.
  const given = spec['groups'] ?? spec['group'];
  const groups = Array.isArray(given) ? given.map(String) : [];
  return { name: String(spec['user'] ?? ''), groups };
}

function accessReview(call: Call, body: JsonRecord, user: User): JsonRecord {
  const attributes = attributesOf(specOf(body), user);
  const reason = call.state.authorizer.allows(attributes);
  return {
    ...body,
    // A refusal has no reason: nothing said no, only nobody said yes.
    status: { allowed: reason !== undefined, ...(reason ? { reason } : {}) },
  };
}

function attributesOf(spec: JsonRecord, user: User): Attributes {
  const text = (of: JsonRecord, field: string): string => String(of[field] ?? '');
  const path = isRecord(spec['nonResourceAttributes']) ? spec['nonResourceAttributes'] : undefined;
  const of = isRecord(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const namespace = text(of, 'namespace');
  return {
    user,
    verb: text(path ?? of, 'verb'),
    group: text(of, 'group'),
    resource: text(of, 'resource'),
    subresource: text(of, 'subresource'),
    namespace: namespace === '' ? undefined : namespace,
    name: text(of, 'name'),
    ...(path ? { path: text(path, 'path') } : {}),
  };
}

function rulesReview(call: Call, body: JsonRecord): JsonRecord {
  const namespace = String(specOf(body)['namespace'] ?? '');
  const rules = call.state.rulesOf(call.user, namespace);
  const isAbout = (field: string, rule: JsonRecord): boolean =>
    Array.isArray(rule[field]) && rule[field].length > 0;
  const status = {
    resourceRules: rules.filter((rule) => isAbout('resources', rule)),
    nonResourceRules: rules.filter((rule) => isAbout('nonResourceURLs', rule)),
    incomplete: false,
  };
  return { ...body, status };
}

/** Says who a token speaks for: an account's for the audiences asked about, or a known one's. */
async function tokenReview(call: Call, body: JsonRecord): Promise<JsonRecord> {
  const { tokens, staticTokens } = call.state;
  const spec = specOf(body);
  const token = String(spec['token'] ?? '');
  const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const verified = await tokens.verify(token, ...(asked.length > 0 ? [asked] : []));
  const user = verified?.user ?? staticUser(staticTokens, token);
  if (!user) return { ...body, status: { user: {}, error: 'invalid bearer token' } };
  const audiences = verified && asked.length > 0 ? { audiences: verified.audiences } : {};
  const status = { authenticated: true, user: userInfo(authenticated(user)), ...audiences };
  return { ...body, status };
}

function userInfo(user: User): JsonRecord {
  const { name, uid, groups, extra } = user;
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: user === anonymous ? ['system:unauthenticated'] : groups,
    ...(extra === undefined ? {} : { extra }),
  };
}
