import { HostObject, isList, isMap, isNil, isTrue } from '../../value/index.ts';

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

function mergeList(target: GoMap, key: string, source: unknown, overwrite: boolean): void {
  const present = Object.hasOwn(target, key) ? target[key] : undefined;
  const takes = overwrite || isEmptyValue(present) || Object.keys(target).length === 0;
  if (takes) set(target, key, source);
}

function mergeEntry(target: GoMap, key: string, source: unknown, overwrite: boolean): void {
  if (isNil(source)) {
    if (overwrite) set(target, key, null);
    return;
  }
  if (isList(source)) return mergeList(target, key, source, overwrite);
  const present = Object.hasOwn(target, key) ? target[key] : undefined;
  if (isMap(source) && isMap(present)) {
    mergeInto(present, source, overwrite);
    if (!isEmptyValue(present)) return;
  }
  if (overwrite || isEmptyValue(present)) set(target, key, source);
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
