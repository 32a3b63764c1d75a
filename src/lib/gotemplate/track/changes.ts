import { GoNumber, HostObject, isMap, tagOf } from '../value/index.ts';

/** What differs at one place of the data. */
export interface Change {
  /** The value itself is another one, was put there or was taken away. */
  readonly isReplaced: boolean;
  /** Entries of the map or list came or went. */
  readonly hasOtherKeys: boolean;
  readonly below: ReadonlyMap<string | number, Change>;
}

const nothing: ReadonlyMap<string | number, Change> = new Map();
const replaced: Change = { isReplaced: true, hasOtherKeys: false, below: nothing };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function sameObject(before: object, after: object): boolean {
  if (before instanceof GoNumber && after instanceof GoNumber) {
    return before.kind === after.kind && before.value === after.value;
  }
  if (before instanceof HostObject && after instanceof HostObject) {
    return before.type === after.type && before.value === after.value;
  }
  return false;
}

function listChange(before: readonly unknown[], after: readonly unknown[]): Change | undefined {
  const below = new Map<string | number, Change>();
  const size = Math.max(before.length, after.length);
  for (let i = 0; i < size; i++) {
    const isBoth = i < before.length && i < after.length;
    const change = isBoth ? compareData(before[i], after[i]) : replaced;
    if (change !== undefined) below.set(i, change);
  }
  const hasOtherKeys = before.length !== after.length;
  return below.size === 0 ? undefined : { isReplaced: false, hasOtherKeys, below };
}

function mapChange(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Change | undefined {
  const below = new Map<string | number, Change>();
  let hasOtherKeys = false;
  for (const key of Object.keys(after)) {
    const isNew = !Object.hasOwn(before, key);
    hasOtherKeys ||= isNew;
    const change = isNew ? replaced : compareData(before[key], after[key]);
    if (change !== undefined) below.set(key, change);
  }
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    hasOtherKeys = true;
    below.set(key, replaced);
  }
  return below.size === 0 ? undefined : { isReplaced: false, hasOtherKeys, below };
}

/**
 * What differs between two states of the data; `undefined` when nothing does. Maps and lists are
 * compared by what is in them (the same object twice is equal: data is not to be changed in place),
 * structs of the host by what they wrap.
 */
export function compareData(before: unknown, after: unknown): Change | undefined {
  if (Object.is(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return replaced;
  if (tagOf(before)?.name !== tagOf(after)?.name) return replaced;
  if (Array.isArray(before) && Array.isArray(after)) return listChange(before, after);
  if (isMap(before) && isMap(after)) return mapChange(before, after);
  return sameObject(before, after) ? undefined : replaced;
}
