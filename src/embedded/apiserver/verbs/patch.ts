import { isRecord, KnownError, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { jsonPatch, mergePatch, strategicMerge } from '../../../lib/schema/index.ts';
import { jsonBody, mediaTypeOf, readBytes, yamlBody, type Body } from '../http/body.ts';
import {
  badRequest,
  invalidObject,
  StatusError,
  unsupportedMediaType,
} from '../http/status-error.ts';
import { writeOptions, type WriteOptions } from '../http/write-options.ts';
import type { Call } from '../server-state.ts';
import { fieldComplaint } from '../write/decode.ts';
import { goMapText } from '../http/go-map-text.ts';
import { changeObject } from '../write/update.ts';
import { applyObject } from './apply.ts';
import { respondWritten, userAgentOf } from './create.ts';

const json = 'application/json-patch+json';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

/** PATCH of one object or its status, in each of the four forms. */
export async function patchObject(call: Call, subresource?: string): Promise<Response> {
  const type = mediaTypeOf(call.request);
  checkType(call, type);
  const options = writeOptions(call.query, 'PatchOptions', {
    userAgent: userAgentOf(call),
    apply: type === apply,
  });
  const text = (await readBytes(call.request)).toString('utf8');
  if (type === apply) return applyObject(call, yamlBody(text), { options, subresource });
  const body = jsonBody(text);
  const next = (live: KubeObject): KubeObject => patched(call, live, { type, body, options });
  return respondWritten(call, await changeObject(call, { next, options, subresource }), 200);
}

function checkType({ resource }: Call, type: string): void {
  const accepted = [json, merge, ...(resource.strategy.strategicMerge ? [strategic] : []), apply];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted.join(', '));
}

/** The object after a patch. Exported for subresources that patch something else than the object. */
export function patched(
  call: Call,
  live: KubeObject,
  how: { readonly type: string; readonly body: Body; readonly options: WriteOptions },
): KubeObject {
  const result = patchedData(call, live, how);
  if (!isRecord(result) || !isRecord(result['metadata']))
    throw badRequest('the patch does not leave an object with metadata');
  const object = result as KubeObject;
  if (object.apiVersion !== live.apiVersion || object.kind !== live.kind)
    throw badRequest(`the patch may not change apiVersion or kind of the object`);
  const complaint = fieldComplaint(call, object, {
    options: how.options,
    duplicates: how.body.duplicates,
  });
  if (complaint !== undefined) throw patchComplaint(complaint, object, how);
  return object;
}

/** What a patch leaves is refused as a 422 about the patch, without a kind. */
function patchComplaint(
  complaint: string,
  object: KubeObject,
  { type, body }: { readonly type: string; readonly body: Body },
): StatusError {
  const isStrategic = type === strategic;
  const error = {
    type: 'invalid',
    field: 'patch',
    value: isStrategic ? goMapText(body.value) : JSON.stringify(object),
    detail: isStrategic ? convertersWords(complaint) : complaint,
  } as const;
  return invalidObject({ group: '', kind: '' }, '', [error]);
}

/** Strategic patches are not read from text but converted from a map, and complaints differ. */
function convertersWords(complaint: string): string {
  const [, from = '', to = ''] =
    /^json: cannot unmarshal (\w+).* of type (\S+)$/.exec(complaint) ?? [];
  if (to === '') return complaint;
  const given = { number: 'float64', array: 'slice', object: 'map' }[from] ?? from;
  if (to.startsWith('map[')) return `cannot restore map from ${given}`;
  if (to.startsWith('[]')) return `cannot restore slice from ${given}`;
  if (to.includes('.')) return `cannot restore struct from: ${given}`;
  return `cannot convert ${given} to ${to}`;
}

/** Runs a patch of any form but apply on data. */
export function patchedData(
  call: Call,
  live: JsonRecord,
  { type, body }: { readonly type: string; readonly body: Body },
): unknown {
  try {
    if (type === json) return jsonPatch(live, body.value);
    if (!isRecord(body.value)) throw badRequest('the patch is not an object');
    if (type === merge) return mergePatch(live, body.value);
    return strategicMerge(call.resource.strategy.type, live, body.value);
  } catch (thrown) {
    throw patchFailure(thrown);
  }
}

/** A failed patch with the code that the patch itself names. */
export function patchFailure(thrown: unknown): unknown {
  if (!(thrown instanceof KnownError)) return thrown;
  const { status = 500, message } = thrown;
  if (status === 422)
    return new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      { details: {} },
    );
  const reasons: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    413: 'RequestEntityTooLarge',
  };
  return new StatusError(status, reasons[status] ?? '', message);
}
