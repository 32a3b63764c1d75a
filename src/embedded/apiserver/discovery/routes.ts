import type { ApiRequest } from '../http/api-request.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { metricsText } from '../metrics/metrics-text.ts';
import { notAcceptable } from '../http/status-error.ts';
import { negotiate } from '../http/negotiate.ts';
import type { OtherRoutes } from '../route.ts';
import type { ServerState } from '../server-state.ts';
import { tokenIssuerUrl } from '../auth/service-account-token.ts';
import { parseApiPath } from '../http/api-path.ts';
import { aggregated, apiGroup, apiGroupList, apiResourceList, apiVersions } from './documents.ts';
import { health } from './health.ts';
import { openApiRoutes } from './open-api.ts';
import { versionFacts } from './version.ts';

/** Everything that is not about objects: discovery, version, health, OpenAPI, the token keys. */
export function discoveryRoutes(state: ServerState, advertise: () => string): OtherRoutes {
  const openApi = openApiRoutes(state.resources, state.profile);
  return async (request, url) => {
    if (request.method !== 'GET') return undefined;
    const path = url.pathname.replace(/(?<=.)\/$/, '');
    if (path === '/api' || path === '/apis') return root(request, state, { path, advertise });
    if (path === '/version') return json(versionFacts(state.profile));
    if (path === '/openid/v1/jwks') return keySet(request, state);
    if (path === '/.well-known/openid-configuration') return json(openIdFacts());
    if (path === '/metrics') return metrics(state);
    if (path === '/') return json({ paths: pathsOf(state) });
    return (
      groups(state, path) ?? health(url, () => !state.closing.aborted) ?? openApi(request, url)
    );
  };
}

function json(data: JsonRecord, type = 'application/json'): Response {
  return new Response(`${JSON.stringify(data)}\n`, { headers: { 'content-type': type } });
}

/** The one document that is not had as plain JSON. */
async function keySet(request: ApiRequest, state: ServerState): Promise<Response> {
  const type = 'application/jwk-set+json';
  const accept = request.headers.get('accept') ?? '*/*';
  if (!/\*\/\*|application\/\*|application\/jwk-set\+json/.test(accept))
    throw notAcceptable(`only the following media types are accepted: ${type}`);
  return json(await state.tokens.keySet(), type);
}

function metrics(state: ServerState): Response {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  return new Response(metricsText(state), { headers });
}

function root(
  request: ApiRequest,
  state: ServerState,
  { path, advertise }: { readonly path: string; readonly advertise: () => string },
): Response {
  const wanted = negotiate(request.headers.get('accept'), ['group-discovery']);
  const groups = state.resources.groups();
  if (wanted.as === 'group-discovery') {
    const inCore = path === '/api';
    const chosen = groups.filter(({ group }) => (group === '') === inCore);
    const type = `application/json;g=apidiscovery.k8s.io;v=${wanted.version};as=APIGroupDiscoveryList`;
    return json(aggregated(chosen, wanted.version), type);
  }
  return json(path === '/api' ? apiVersions(groups, advertise()) : apiGroupList(groups));
}

function groups(state: ServerState, path: string): Response | undefined {
  const parsed = parseApiPath(path);
  if (parsed.is !== 'group' && parsed.is !== 'group-version') return undefined;
  const group = state.resources.groups().find((each) => each.group === parsed.group);
  if (!group) return undefined;
  if (parsed.is === 'group') return json(apiGroup(group));
  const version = group.versions.find((each) => each.version === parsed.version);
  return version && json(apiResourceList(version));
}

function pathsOf(state: ServerState): string[] {
  const groupPaths = state.resources
    .groups()
    .filter(({ group }) => group !== '')
    .flatMap(({ group, versions }) => [
      `/apis/${group}`,
      ...versions.map(({ version }) => `/apis/${group}/${version}`),
    ]);
  return [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    ...groupPaths,
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ];
}

function openIdFacts(): JsonRecord {
  return {
    issuer: tokenIssuerUrl,
    jwks_uri: `${tokenIssuerUrl}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
