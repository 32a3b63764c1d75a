import { formatValue } from '../format/index.ts';
import {
  elementOf,
  GoNumber,
  HostObject,
  isList,
  isMap,
  itemsOf,
  sortText,
} from '../value/index.ts';
import { SiteFault } from './fault.ts';

/** What a range goes over: `count` turns of items, or of numbers from 0 when there are no items. */
export interface Turns {
  readonly count: number;
  readonly items: readonly unknown[] | undefined;
  /** A map's keys; a list's are its indexes. */
  readonly keys: readonly string[] | undefined;
  /** The kind of the numbers, when it goes over an integer. */
  readonly kind: 'int' | GoNumber['kind'] | undefined;
  /** Whether the items are of type interface{}. */
  readonly wrapped: boolean;
}

function overInteger(
  value: bigint,
  kind: Turns['kind'],
  site: { at: number; variables: number },
): Turns | undefined {
  if (site.variables > 1) {
    throw new SiteFault(site.at, `can't use ${value} to iterate over more than one variable`);
  }
  if (value <= 0n) return undefined;
  return { count: Number(value), items: undefined, keys: undefined, kind, wrapped: false };
}

/** Prepares a range; `undefined` when there is nothing to go over. */
export function turnsOf(
  value: unknown,
  site: { at: number; variables: number },
): Turns | undefined {
  if (value === undefined || value === null) return undefined;
  if (isList(value)) {
    const items = itemsOf(value);
    const wrapped = elementOf(value) === 'interface {}';
    return items.length === 0
      ? undefined
      : { count: items.length, items, keys: undefined, kind: undefined, wrapped };
  }
  if (isMap(value)) {
    const keys = sortText(Object.keys(value));
    if (keys.length === 0) return undefined;
    const items = keys.map((key) => value[key]);
    return {
      count: keys.length,
      items,
      keys,
      kind: undefined,
      wrapped: elementOf(value) === 'interface {}',
    };
  }
  if (typeof value === 'bigint') return overInteger(value, 'int', site);
  if (value instanceof GoNumber && typeof value.value === 'bigint') {
    return overInteger(value.value, value.kind, site);
  }
  if (value instanceof HostObject && value.value === null) return undefined;
  throw new SiteFault(site.at, `range can't iterate over ${formatValue(value)}`);
}

/** The item of one turn. */
export function itemAt(turns: Turns, index: number): unknown {
  if (turns.items !== undefined) return turns.items[index] ?? null;
  const number = BigInt(index);
  return turns.kind === 'int' ? number : new GoNumber(turns.kind as GoNumber['kind'], number);
}

/** The key or index of one turn; an integer's range has none. */
export function keyAt(turns: Turns, index: number): unknown {
  if (turns.items === undefined) return undefined;
  return turns.keys === undefined ? BigInt(index) : turns.keys[index];
}
