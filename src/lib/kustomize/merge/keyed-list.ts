import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';
import { wrongKind } from './expect-kind.ts';

/** Which item is meant: by the texts of key fields, or by itself when the only key is empty. */
export interface ItemKey {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/**
 * Puts an item in the place of those with its key, or at the end; without an item, those with the key
 * go. Empty items go in any case. Works in place.
 */
export function setItem(list: unknown[], key: ItemKey, item?: unknown): void {
  const kept: unknown[] = [];
  let found = false;
  for (const each of list) {
    if (isEmpty(each)) continue;
    const isMeant = isOfShape(each, key) && hasKey(each, key);
    found ||= isMeant;
    if (!isMeant) kept.push(each);
    else if (item !== undefined) kept.push(item);
  }
  if (!found && item !== undefined && item !== null) kept.push(item);
  list.splice(0, list.length, ...kept);
}

/** Items that are no maps stay out of a search for fields. */
function isOfShape(item: unknown, { keys: [key = ''], values: [value = ''] }: ItemKey): boolean {
  return isRecord(item) || key === '' || value === '';
}

function isEmpty(item: unknown): boolean {
  return item === null || item === undefined || (isRecord(item) && Object.keys(item).length === 0);
}

function hasKey(item: unknown, { keys, values }: ItemKey): boolean {
  return keys.every((key, at) => at >= values.length || hasValue(item, key, values[at] ?? ''));
}

function hasValue(item: unknown, key: string, value: string): boolean {
  if (key === '') {
    if (!isScalar(item)) throw wrongKind('ScalarNode', item);
    return scalarText(item) === value;
  }
  if (!isRecord(item)) throw wrongKind('MappingNode', item);
  return Object.hasOwn(item, key) && (value === '' || scalarText(item[key]) === value);
}

/** The first item whose fields say exactly that: here an empty text fits only an empty field. */
export function findItem(list: readonly unknown[], { keys, values }: ItemKey): unknown {
  if ((keys[0] ?? '') === '') return list.find((each) => scalarText(each) === (values[0] ?? ''));
  return list.find(
    (each) =>
      isRecord(each) &&
      keys.every(
        (key, at) => Object.hasOwn(each, key) && scalarText(each[key]) === (values[at] ?? ''),
      ),
  );
}

/** The texts of an item's key fields, empty where it has none. */
export function keyValues(item: unknown, keys: readonly string[]): string[] {
  return keys.map((key) => textOf(isRecord(item) ? item : {}, key));
}

function textOf(item: JsonRecord, key: string): string {
  const value = Object.hasOwn(item, key) ? item[key] : undefined;
  return value === undefined || value === null ? '' : scalarText(value);
}
