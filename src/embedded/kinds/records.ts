import { isRecord } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';

/** The map under a key; an empty one that is not attached when there is none. */
export function recordAt(object: unknown, ...path: readonly string[]): JsonRecord {
  let at: unknown = object;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return isRecord(at) ? at : {};
}

/** The map under a key, made and attached when there is none. */
export function ensureRecord(object: JsonRecord, key: string): JsonRecord {
  const found = object[key];
  if (isRecord(found)) return found;
  const made: JsonRecord = {};
  object[key] = made;
  return made;
}

/** The maps in the list under a key; empty when there is none. */
export function recordsAt(object: unknown, ...path: readonly string[]): JsonRecord[] {
  return listAt(object, ...path).filter(isRecord);
}

/** The list under a key; empty when there is none. */
export function listAt(object: unknown, ...path: readonly string[]): unknown[] {
  let at: unknown = object;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return Array.isArray(at) ? (at as unknown[]) : [];
}

/** The text under a path; '' when there is none. */
export function textAt(object: unknown, ...path: readonly string[]): string {
  const at = valueAt(object, ...path);
  return typeof at === 'string' ? at : '';
}

/** The number under a path; `otherwise` when there is none. */
export function numberAt(object: unknown, path: readonly string[], otherwise = 0): number {
  const at = valueAt(object, ...path);
  return typeof at === 'number' ? at : otherwise;
}

/** Whatever stands under a path. */
export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  let at: unknown = object;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return at;
}

/** Sets each of these fields that has no value yet. */
export function fill(object: JsonRecord, defaults: Readonly<JsonRecord>): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (object[key] === undefined || object[key] === null || object[key] === '') {
      object[key] = typeof value === 'object' ? structuredClone(value) : value;
    }
  }
}
