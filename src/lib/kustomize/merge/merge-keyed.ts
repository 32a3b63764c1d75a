import { isRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../../schema/index.ts';
import { resolveScalar } from '../read/resolve-scalar.ts';
import { setField } from '../resource/blank.ts';
import { scalarText } from '../resource/scalar-text.ts';
import { findItem, keyValues, setItem } from './keyed-list.ts';
import type { ItemKey } from './keyed-list.ts';
import { merge } from './merge.ts';

interface KeyedLists {
  readonly dest: unknown[];
  readonly patch: readonly unknown[] | undefined;
  readonly schema: TypeSchema;
}

/**
 * Merges two lists whose items are told apart by key fields (or by themselves): the patch's items in
 * its order, then the others. With several keys, those that no item has are left out.
 */
export function mergeKeyed(lists: KeyedLists): unknown[] {
  const keys = keysOf(lists.schema);
  const byFields = keys.length > 0;
  const wanted = byFields ? fieldKeys(lists, keys) : ownKeys(lists);
  if (keys.length > 1) fillFromEachOther(wanted);
  const added: unknown[] = [];
  const used = byFields ? keys : [''];
  let last: ItemKey = { keys: used, values: [] };
  for (const values of wanted) {
    last = usedKeys(wanted, values, used);
    mergeItem(lists, last, added);
  }
  if (wanted.length === 0) return lists.dest;
  for (const item of lists.dest) appendItem(added, item, last.keys);
  return added;
}

function keysOf({ listKeys, patchMergeKey }: TypeSchema): readonly string[] {
  if (listKeys.length > 0) return listKeys;
  return patchMergeKey === undefined ? [] : [patchMergeKey];
}

function fieldKeys({ dest, patch }: KeyedLists, keys: readonly string[]): string[][] {
  const seen = new Map<string, string[]>();
  for (const item of [...(patch ?? []), ...dest]) {
    const values = keyValues(item, keys);
    const id = values.join('\0');
    if (!seen.has(id)) seen.set(id, values);
  }
  return [...seen.values()];
}

function ownKeys({ dest, patch }: KeyedLists): string[][] {
  return [...new Set([...(patch ?? []), ...dest].map(scalarText))].map((text) => [text]);
}

/** Items that agree in one key, and differ in none that both have, are one: each gets all the keys. */
function fillFromEachOther(wanted: string[][]): void {
  for (let i = 0; i < wanted.length; i++) {
    const values = wanted[i]!;
    for (let j = 0; j < wanted.length; j++) {
      const joined = join(values, wanted[j]!);
      if (joined === undefined) continue;
      wanted[i] = joined;
      wanted[j] = joined;
    }
  }
}

function join(a: readonly string[], b: readonly string[]): string[] | undefined {
  let agree = false;
  const out: string[] = [];
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? '';
    if (left === right) agree = true;
    else if (left !== '' && right !== '') return undefined;
    out.push(left === '' ? right : left);
  }
  return agree ? out : undefined;
}

/** The keys that some item has, and this item's values for them. */
function usedKeys(
  all: readonly (readonly string[])[],
  values: readonly string[],
  keys: readonly string[],
): ItemKey {
  const used = new Set(keys.filter((_, at) => all.some((each) => (each[at] ?? '') !== '')));
  if (used.size === 0) return { keys, values };
  return {
    keys: keys.filter((key) => used.has(key)),
    values: values.filter((value, at) => value !== '' || used.has(keys[at] ?? '')),
  };
}

function mergeItem({ dest, patch, schema }: KeyedLists, key: ItemKey, added: unknown[]): void {
  const exact = usedKeys([key.values], key.values, key.keys);
  const item = merge({
    into: findItem(dest, exact),
    patch: patch === undefined ? undefined : findItem(patch, exact),
    schema: schema.values,
  });
  if (item === undefined || item === null || isEmptyMap(item)) {
    setItem(dest, key);
    return;
  }
  for (const [at, name] of key.keys.entries()) {
    const value = key.values[at] ?? '';
    if (name === '' || !isRecord(item) || Object.hasOwn(item, name) || value === '') continue;
    setField(item, name, resolveScalar(value));
  }
  setItem(added, key, item);
}

function isEmptyMap(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}

function appendItem(list: unknown[], item: unknown, keys: readonly string[]): void {
  if (keys[0] === '') {
    setItem(list, { keys, values: [scalarText(item)] }, item);
    return;
  }
  const values: string[] = [];
  for (const key of keys) {
    if (isRecord(item) && Object.hasOwn(item, key)) values.push(scalarText(item[key]));
    else list.push(item);
  }
  if (keys.length > 1) setItem(list, { keys, values });
  setItem(list, { keys, values }, item);
}
