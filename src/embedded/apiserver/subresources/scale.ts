import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { jsonBody, mediaTypeOf, objectBody, readBody, readBytes } from '../http/body.ts';
import { badRequest, conflict, invalidObject, unsupportedMediaType } from '../http/status-error.ts';
import { writeOptions } from '../http/write-options.ts';
import { respondData } from '../present/respond.ts';
import { versioned } from '../present/shape.ts';
import { valueAt } from '../resources/custom-strategy.ts';
import type { Call } from '../server-state.ts';
import { userAgentOf } from '../verbs/create.ts';
import { storedOfCall } from '../verbs/get.ts';
import { whenSafe } from '../verbs/when-safe.ts';
import { patchedData } from '../verbs/patch.ts';
import { changeObject } from '../write/update.ts';

const patchTypes: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

/** GET of the Scale of an object. */
export function getScale(call: Call): Response | Promise<Response> {
  const stored = storedOfCall(call);
  const answer = respondData(call, scaleOf(call, versioned(call.resource, stored)));
  return whenSafe(call, stored.revision, answer);
}

/** PUT or PATCH of a Scale: writes the replicas of the object. */
export async function writeScale(call: Call): Promise<Response> {
  const isPatch = call.request.method === 'PATCH';
  const options = writeOptions(call.query, isPatch ? 'PatchOptions' : 'UpdateOptions', {
    userAgent: userAgentOf(call),
    apply: false,
  });
  const toScale = isPatch ? await patchOfScale(call) : await bodyOfScale(call);
  const next = (live: KubeObject): KubeObject => scaled(call, live, toScale(scaleOf(call, live)));
  // Ownership of replicas is noted as the subresource's.
  const result = await changeObject(call, { next, options, subresource: 'scale' });
  if (result.changed && result.stored) await call.state.store.durable();
  return respondData(call, scaleOf(call, call.resource.strategy.toVersion(result.object)));
}

type ToScale = (live: JsonRecord) => JsonRecord;

async function bodyOfScale({ request }: Call): Promise<ToScale> {
  const body = objectBody(await readBody(request), 'Scale');
  return () => body;
}

async function patchOfScale(call: Call): Promise<ToScale> {
  const type = mediaTypeOf(call.request);
  if (!patchTypes.includes(type)) throw unsupportedMediaType(patchTypes.join(', '));
  const body = jsonBody((await readBytes(call.request)).toString('utf8'));
  return (live) => {
    const patched = patchedData(call, live, { type, body });
    if (!isRecord(patched)) throw badRequest('the patch does not leave a Scale');
    return patched;
  };
}

function scaled(call: Call, live: KubeObject, scale: JsonRecord): KubeObject {
  const { name } = live.metadata;
  const metadata = isRecord(scale['metadata']) ? scale['metadata'] : {};
  const version = metadata['resourceVersion'];
  if (version && version !== live.metadata.resourceVersion) throw conflict(call.resource, name);
  const spec = isRecord(scale['spec']) ? scale['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (!Number.isInteger(replicas) || Number(replicas) < 0)
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, [
      {
        type: 'invalid',
        field: 'spec.replicas',
        value: replicas,
        detail: 'must be greater than or equal to 0',
      },
    ]);
  const path = call.resource.custom?.scale?.specReplicasPath ?? '.spec.replicas';
  return withValue(live, path.replace(/^\./, '').split('.'), replicas) as KubeObject;
}

function withValue(at: JsonRecord, path: readonly string[], value: unknown): JsonRecord {
  const [field, ...rest] = path;
  if (field === undefined) return at;
  const inner = at[field];
  return {
    ...at,
    [field]: rest.length === 0 ? value : withValue(isRecord(inner) ? inner : {}, rest, value),
  };
}

function scaleOf({ resource }: Call, object: KubeObject): JsonRecord {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = resource.custom?.scale;
  const replicas = Number(valueAt(object, paths?.specReplicasPath ?? 'spec.replicas') ?? 0);
  const current = Number(valueAt(object, paths?.statusReplicasPath ?? 'status.replicas') ?? 0);
  const selector = selectorOf(object, paths?.labelSelectorPath, paths !== undefined);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: current, ...(selector === '' ? {} : { selector }) },
  };
}

function selectorOf(object: KubeObject, path: string | undefined, custom: boolean): string {
  if (custom) return path === undefined ? '' : String(valueAt(object, path) ?? '');
  const selector = valueAt(object, 'spec.selector');
  if (!isRecord(selector)) return '';
  const labels = isRecord(selector['matchLabels']) ? selector['matchLabels'] : undefined;
  const plain = labels ?? (Array.isArray(selector['matchExpressions']) ? {} : selector);
  const parts = Object.entries(plain)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
  const expressions = Array.isArray(selector['matchExpressions'])
    ? selector['matchExpressions'].filter(isRecord).map(expressionText)
    : [];
  return [...parts, ...expressions].join(',');
}

function expressionText({ key, operator, values }: JsonRecord): string {
  const list = Array.isArray(values) ? values.join(',') : '';
  if (operator === 'Exists') return String(key);
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${list})`;
}
