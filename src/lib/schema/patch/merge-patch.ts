import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';

/** RFC 7386. The target is not changed; parts of it are shared with the result. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) put(result, key, mergePatch(own(result, key), value));
  }
  return result;
}

/** The merge patch that turns one object into the other; {} when they are equal. */
export function createMergePatch(original: JsonRecord, modified: JsonRecord): JsonRecord {
  const patch: JsonRecord = {};
  for (const [key, value] of Object.entries(modified)) {
    const before = own(original, key);
    if (value === undefined || deepEqual(before, value)) continue;
    const change = isRecord(before) && isRecord(value) ? createMergePatch(before, value) : value;
    put(patch, key, change);
  }
  for (const [key, value] of Object.entries(original)) {
    if (value !== undefined && own(modified, key) === undefined) put(patch, key, null);
  }
  return patch;
}

// A key of data may be `__proto__`: neither is the prototype what stands there, nor may it be set.

function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function put(record: JsonRecord, key: string, value: unknown): void {
  if (key !== '__proto__') record[key] = value;
  else {
    const how = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(record, key, how);
  }
}
