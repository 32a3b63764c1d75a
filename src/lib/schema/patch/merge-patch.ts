import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';

/** RFC 7386. The target is not changed; parts of it are shared with the result. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** The merge patch that turns one object into the other; {} when they are equal. */
export function createMergePatch(original: JsonRecord, modified: JsonRecord): JsonRecord {
  const patch: JsonRecord = {};
  for (const [key, value] of Object.entries(modified)) {
    const before = original[key];
    if (value === undefined || deepEqual(before, value)) continue;
    patch[key] = isRecord(before) && isRecord(value) ? createMergePatch(before, value) : value;
  }
  for (const [key, value] of Object.entries(original)) {
    if (value !== undefined && modified[key] === undefined) patch[key] = null;
  }
  return patch;
}
