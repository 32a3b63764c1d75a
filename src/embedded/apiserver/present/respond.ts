import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { negotiate, type Wanted } from '../http/negotiate.ts';
import { answerOf } from '../http/wire.ts';
import { badRequest, notAcceptable, type StatusError } from '../http/status-error.ts';
import type { Call } from '../server-state.ts';
import { parseJson } from '../parse-json.ts';
import { textOf } from '../store/stored-text.ts';
import type { Stored } from '../store/store.ts';
import { shapeOf, type ListMeta, type Shape } from './shape.ts';

/** Forms in which objects of resources can be had. */
const objectForms: readonly Wanted['as'][] = ['table', 'partial', 'partial-list'];

/** The form the client of a call wants, and the shape that makes it. */
export function shapeForCall(call: Call): { readonly shape: Shape; readonly wanted: Wanted } {
  const wanted = negotiate(call.request.headers.get('accept'), objectForms);
  const includeObject = call.query.get('includeObject') ?? '';
  if (!['', 'None', 'Metadata', 'Object'].includes(includeObject))
    throw badRequest(
      `Invalid value: "${includeObject}": must be 'Metadata', 'Object', 'None', or empty`,
    );
  const now = (): Date => call.state.clock.now();
  return { wanted, shape: shapeOf(call.resource, wanted, { includeObject, now }) };
}

/** Answers with one object. */
export function respondObject(call: Call, stored: Stored, status = 200): Response {
  const { shape, wanted } = shapeForCall(call);
  if (wanted.as === 'partial-list')
    throw notAcceptable(
      `you requested PartialObjectMetadataList, but the requested object is not a list (${call.resource.apiVersion}, Kind=${call.resource.kind})`,
    );
  return respondText(call, shape.object(stored), { status, wanted });
}

/** Answers with an object that was not stored (a dry run). */
export function respondUnstored(call: Call, object: KubeObject, status = 200): Response {
  const { resourceVersion } = object.metadata;
  const revision = Number(resourceVersion ?? 0);
  const kept = { ...object, metadata: { ...object.metadata } };
  const text = (): string => {
    const withRevision = textOf(kept, revision);
    if (resourceVersion !== undefined) return withRevision;
    const plain = parseJson(withRevision) as KubeObject;
    delete plain.metadata.resourceVersion;
    return JSON.stringify(plain);
  };
  const made = text();
  return respondObject(
    call,
    { key: '', revision, text: made, parse: () => parseJson(made) as KubeObject },
    status,
  );
}

/** Answers with a list. */
export function respondList(call: Call, items: readonly Stored[], meta: ListMeta): Response {
  const { shape, wanted } = shapeForCall(call);
  return respondText(call, shape.list(items, meta), { status: 200, wanted });
}

/** Answers with any JSON data (Status, Scale, reviews). */
export function respondData(call: Call, data: JsonRecord, status = 200): Response {
  const wanted = negotiate(call.request.headers.get('accept'), []);
  return respondText(call, JSON.stringify(data), { status, wanted });
}

function respondText(
  call: Call,
  text: string,
  { status, wanted }: { readonly status: number; readonly wanted: Wanted },
): Response {
  const headers = new Headers({ 'cache-control': 'no-cache, private' });
  for (const warning of call.warnings) headers.append('warning', warningHeader(warning));
  if (wanted.format === 'yaml') {
    headers.set('content-type', 'application/yaml');
    return new Response(stringify(parseJson(text)), { status, headers });
  }
  headers.set('content-type', 'application/json');
  const body = Buffer.from(`${wantsPretty(call) ? pretty(text) : text}\n`);
  headers.set('content-length', String(body.length));
  return answerOf(body, { status, headers });
}

function wantsPretty({ request, query }: Call): boolean {
  const asked = query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|Wget|Mozilla)/.test(request.headers.get('user-agent') ?? '');
}

function pretty(text: string): string {
  return JSON.stringify(parseJson(text), null, 2);
}

/** `299 - "text"`; what cannot stand in a header is dropped. */
export function warningHeader(text: string): string {
  const safe = text.replaceAll(/[^\u0020-\u007e]/g, '').replaceAll(/(["\\])/g, '\\$1');
  return `299 - "${safe}"`;
}

/** Answers with a failure. */
export function respondError(error: StatusError): Response {
  const headers = new Headers({
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  });
  const retry = error.details?.retryAfterSeconds;
  if (retry !== undefined) headers.set('retry-after', String(retry));
  return new Response(`${JSON.stringify(error.toStatus())}\n`, { status: error.code, headers });
}
