import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';

/**
 * Kustomize tells `key:` from `key: null`: a patch drops the first and keeps the second. Data cannot
 * say so, hence each map remembers under this symbol which of its nulls were written as nothing.
 */
const blank = Symbol('blank');

type Marked = JsonRecord & { [blank]?: Set<string> };

export function markBlank(map: JsonRecord, key: string): void {
  ((map as Marked)[blank] ??= new Set()).add(key);
}

export function isBlank(map: JsonRecord, key: string): boolean {
  return (map as Marked)[blank]?.has(key) === true;
}

/** A deep copy that keeps the marks. */
export function cloneData<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneData) as T;
  if (!isRecord(value)) return value;
  const out: Marked = {};
  for (const [key, inner] of Object.entries(value)) setField(out, key, cloneData(inner));
  const marks = (value as Marked)[blank];
  if (marks !== undefined) out[blank] = new Set(marks);
  return out as T;
}

/** Sets a field whatever its name is, `__proto__` too. */
export function setField(map: JsonRecord, key: string, value: unknown): void {
  if (key !== '__proto__') {
    (map as Record<string, unknown>)[key] = value;
    return;
  }
  Object.defineProperty(map, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
