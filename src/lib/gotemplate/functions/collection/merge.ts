import { isList, isMap, isTrue, HostObject } from '../../value/index.ts';

type GoMap = Record<string, unknown>;

function isEmptyValue(value: unknown): boolean {
  return value instanceof HostObject ? value.value === null : !isTrue(value);
}

function set(target: GoMap, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else target[key] = value;
}

function mergeEntry(target: GoMap, key: string, source: unknown, overwrite: boolean): void {
  const has = Object.hasOwn(target, key);
  const present = has ? target[key] : undefined;
  if (source === null || source === undefined) {
    if (overwrite) set(target, key, null);
    return;
  }
  if (isMap(source) && isMap(present)) mergeInto(present, source, overwrite);
  const isFilled = has && !isEmptyValue(present);
  if (isList(source)) {
    const takes = overwrite || Object.keys(target).length === 0;
    set(target, key, takes ? source : (present ?? []));
    if (isFilled) return;
  } else if (isFilled && isMap(source) && isMap(present)) return;
  if (overwrite || !isFilled) set(target, key, source);
}

/**
 * Mergo's merge of maps, in place: values are shared with the source. Without `overwrite` only what
 * is missing or empty in the target is taken; with it everything, save that an empty map clears nothing.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean): GoMap {
  if (target === source) return target;
  for (const key of Object.keys(source)) mergeEntry(target, key, source[key], overwrite);
  return target;
}
