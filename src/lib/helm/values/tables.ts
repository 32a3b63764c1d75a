import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { GoNumber, HostObject } from '../../gotemplate/index.ts';

/** Whether a value is what Helm calls a table: a map that is not one of the template engine's own values. */
export function isTable(value: unknown): value is JsonRecord {
  return isRecord(value) && !(value instanceof GoNumber) && !(value instanceof HostObject);
}

/** A deep copy of maps and lists; numbers that carry a Go type are kept as they are. */
export function copyValues<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyValues) as T;
  if (!isTable(value)) return value;
  const copy: JsonRecord = {};
  for (const key of Object.keys(value)) put(copy, key, copyValues(value[key]));
  return copy as T;
}

/** Sets a key that may be called `__proto__` as any other. */
export function put(table: JsonRecord, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(table, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else table[key] = value;
}

/** Whether the key is the table's own. */
export function has(table: JsonRecord, key: string): boolean {
  return Object.hasOwn(table, key);
}

/** Lays `over` on `under` as `-f` files are laid: maps merge key by key, all else is replaced, null stays. */
export function mergeMaps(under: JsonRecord, over: JsonRecord): JsonRecord {
  const merged: JsonRecord = {};
  for (const key of Object.keys(under)) put(merged, key, under[key]);
  for (const key of Object.keys(over)) {
    const [below, above] = [has(merged, key) ? merged[key] : undefined, over[key]];
    put(merged, key, isTable(below) && isTable(above) ? mergeMaps(below, above) : above);
  }
  return merged;
}

/** The table at a dotted path, or undefined when a step is missing or no table. */
export function tableAt(values: JsonRecord, path: string): JsonRecord | undefined {
  let table = values;
  for (const key of path.split('.')) {
    const next = has(table, key) ? table[key] : undefined;
    if (!isTable(next)) return undefined;
    table = next;
  }
  return table;
}

/** The value at a dotted path; undefined when it is missing or a table (Helm's PathValue). */
export function valueAt(values: JsonRecord, path: string): unknown {
  const parent = path.includes('.')
    ? tableAt(values, path.slice(0, path.lastIndexOf('.')))
    : values;
  const key = path.slice(path.lastIndexOf('.') + 1);
  if (parent === undefined || !has(parent, key) || isTable(parent[key])) return undefined;
  return parent[key];
}

/** The values with plain numbers in place of those that carry a Go type. */
export function plainValues(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof GoNumber) return Number(value.value);
  if (Array.isArray(value)) return value.map(plainValues);
  if (!isTable(value)) return value;
  const plain: JsonRecord = {};
  for (const key of Object.keys(value)) put(plain, key, plainValues(value[key]));
  return plain;
}
