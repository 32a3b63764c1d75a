import type { ApiRequest } from '../http/api-request.ts';
import { gzipSync } from 'node:zlib';
import type { JsonRecord } from '../../../base/index.ts';
import { createOpenApi, type CustomType, type OpenApi } from '../../../lib/schema/index.ts';
import type { Profile } from '../../kinds/index.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import { kubernetesVersion } from './version.ts';

/** Answers `/openapi/…`; undefined for other paths. */
export type OpenApiRoutes = (request: ApiRequest, url: URL) => Response | undefined;

const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The documents are made when they are asked for, anew after each change of what is served. */
export function openApiRoutes(resources: ResourceRegistry, profile: Profile): OpenApiRoutes {
  let made: { readonly generation: number; readonly api: OpenApi } | undefined;
  const current = (): OpenApi => {
    if (made?.generation !== resources.generation)
      made = { generation: resources.generation, api: build(resources, profile) };
    return made.api;
  };
  return (request, url) => {
    if (url.pathname === '/openapi/v2') return v2(request, current());
    if (url.pathname === '/openapi/v3') return json(request, current().v3Index());
    if (!url.pathname.startsWith('/openapi/v3/')) return undefined;
    const hash = url.searchParams.get('hash');
    const document = current().v3(url.pathname.slice('/openapi/v3/'.length));
    return document && json(request, document, hash ?? undefined);
  };
}

function build(resources: ResourceRegistry, profile: Profile): OpenApi {
  const all = resources
    .groups()
    .flatMap(({ versions }) => versions.flatMap((each) => each.resources));
  return createOpenApi({
    version: kubernetesVersion(profile),
    resources: all.filter(({ custom }) => custom === undefined).map(facts),
    custom: all.flatMap((each) => (each.custom ? [customFacts(each)] : [])),
  });
}

function facts(resource: ServedResource): CustomType {
  const { group, version, kind, plural, namespaced, verbs, listKind } = resource;
  const subresources = resource.subresources.map(({ name }) => name);
  return { group, version, kind, plural, namespaced, verbs, listKind, subresources };
}

function customFacts(resource: ServedResource): CustomType {
  return { ...facts(resource), openAPIV3Schema: resource.custom?.openAPIV3Schema };
}

function v2(request: ApiRequest, api: OpenApi): Response {
  const etag = `"${api.v2Hash()}"`;
  if (request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: { etag } });
  const accept = request.headers.get('accept') ?? '';
  if (!accept.includes('proto-openapi')) return json(request, api.v2(), api.v2Hash());
  return packed(request, api.v2Protobuf(), { 'content-type': protobufType, etag });
}

function json(request: ApiRequest, data: JsonRecord, hash?: string): Response {
  const etag = hash === undefined ? undefined : `"${hash}"`;
  if (etag !== undefined && request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: { etag } });
  // A hash in the address makes the document one that never changes: clients keep it on disk.
  const headers = {
    'content-type': 'application/json',
    ...(etag === undefined ? {} : { etag, 'cache-control': 'public, immutable' }),
  };
  return packed(request, Buffer.from(JSON.stringify(data)), headers);
}

/** These documents are large; every client asks for gzip. */
function packed(request: ApiRequest, bytes: Uint8Array, headers: Record<string, string>): Response {
  const vary = { ...headers, vary: 'Accept, Accept-Encoding' };
  const wantsGzip = (request.headers.get('accept-encoding') ?? '').includes('gzip');
  if (!wantsGzip) return new Response(new Uint8Array(bytes), { headers: vary });
  return new Response(new Uint8Array(gzipSync(bytes, { level: 1 })), {
    headers: { ...vary, 'content-encoding': 'gzip' },
  });
}
