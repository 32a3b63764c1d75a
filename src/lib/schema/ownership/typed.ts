import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { anySchema } from '../type-schema.ts';
import type { TypeSchema } from '../type-schema.ts';

/**
 * How server-side apply sees a value: a leaf is owned and replaced as one, the others piece by piece.
 * Values without a schema are deduced: maps are granular, lists atomic.
 */
export type Shape = 'leaf' | 'map' | 'list';

export function shapeOf(schema: TypeSchema, one: unknown, other?: unknown): Shape {
  const [a, b] = [one ?? other, other ?? one];
  if (schema.form === 'list') return listShape(schema, a, b);
  if (schema.form === 'scalar' || schema.atomic) return 'leaf';
  return isRecord(a) && isRecord(b) ? 'map' : 'leaf';
}

function listShape(schema: TypeSchema, a: unknown, b: unknown): Shape {
  if (schema.listType === 'atomic') return 'leaf';
  const isList = (value: unknown): boolean => Array.isArray(value) || (value ?? null) === null;
  return isList(a) && isList(b) ? 'list' : 'leaf';
}

/** The schema of a map's or struct's member. */
export function memberSchema(schema: TypeSchema, name: string): TypeSchema {
  return schema.fields.get(name)?.schema ?? schema.values ?? anySchema;
}

/** Whether Go writes this field even when empty, so that it is never newly there. */
export function isAlways(schema: TypeSchema, name: string): boolean {
  return schema.fields.get(name)?.always === true;
}

/** The members of a map value; nothing for null and absent. */
export function membersOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The items of a list with their steps, in order. Items of a `map` list without their keys are named by index. */
export function itemsOf(schema: TypeSchema, value: unknown): [step: string, item: unknown][] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).map((item, at) => [itemStep(schema, item, at), item]);
}

function itemStep(schema: TypeSchema, item: unknown, at: number): string {
  if (schema.listType === 'set') return `v:${JSON.stringify(item)}`;
  if (!isRecord(item)) return `i:${at}`;
  const keys: JsonRecord = {};
  for (const key of schema.listKeys.toSorted()) {
    const value = item[key] ?? schema.values?.fields.get(key)?.defaultValue;
    if (value !== undefined && value !== null) keys[key] = value;
  }
  return Object.keys(keys).length === 0 ? `i:${at}` : `k:${JSON.stringify(keys)}`;
}

/** The schema of a list's items. */
export function itemSchema(schema: TypeSchema): TypeSchema {
  return schema.values ?? anySchema;
}

/** Whether a value is absent, null, or a map or list with nothing in it. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
