import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { diffMaps } from './diff.ts';
import { mergeMap } from './merge-map.ts';
import { createMergePatch } from './merge-patch.ts';

/** Last applied, wanted and live. Without `original` nothing is deleted. */
export interface ThreeWay {
  /** undefined: a custom resource, which takes a JSON merge patch. */
  readonly type: TypeSchema | undefined;
  readonly original: JsonRecord | undefined;
  readonly modified: JsonRecord;
  readonly current: JsonRecord;
}

/**
 * The patch kubectl apply and Helm send: what the live object lacks of the wanted one, and the deletion
 * of what was applied before and is wanted no more. Strategic when the type is known, else a JSON
 * merge patch. `{}` when nothing is to be done.
 */
export function threeWayMergePatch(of: ThreeWay): JsonRecord {
  const { type, original = {}, modified, current } = of;
  if (type === undefined) return threeWayJson(original, modified, current);
  const delta = diffMaps(type, current, modified, { changes: true, deletions: false, order: true });
  const deletions = diffMaps(type, original, modified, {
    changes: false,
    deletions: true,
    order: true,
  });
  return mergeMap(type, deletions, delta, 'patches');
}

/** The two-way strategic patch that turns original into modified. */
export function strategicDiff(
  type: TypeSchema,
  original: JsonRecord,
  modified: JsonRecord,
): JsonRecord {
  return diffMaps(type, original, modified, { changes: true, deletions: true, order: true });
}

function threeWayJson(original: JsonRecord, modified: JsonRecord, current: JsonRecord): JsonRecord {
  const delta = keepOrDelete(createMergePatch(current, modified), false);
  const deletions = keepOrDelete(createMergePatch(original, modified), true);
  return mergePatchesOf(deletions, delta);
}

/** Only the nulls of a merge patch, or everything but them; lists stand whole. */
function keepOrDelete(patch: JsonRecord, nulls: boolean): JsonRecord {
  const result: JsonRecord = {};
  for (const [key, value] of Object.entries(patch)) {
    if (isRecord(value)) {
      const inner = keepOrDelete(value, nulls);
      if (Object.keys(inner).length > 0 || (!nulls && Object.keys(value).length === 0)) {
        result[key] = inner;
      }
    } else if ((value === null) === nulls) result[key] = value;
  }
  return result;
}

/** Merges two merge patches, keeping nulls. */
function mergePatchesOf(first: JsonRecord, second: JsonRecord): JsonRecord {
  const result: JsonRecord = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = result[key];
    result[key] = isRecord(before) && isRecord(value) ? mergePatchesOf(before, value) : value;
  }
  return result;
}
