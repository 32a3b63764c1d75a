import { isRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';

/** Items of lists that strategic merge compares: by merge key, or by value when there is none. */
export function sameItem(a: unknown, b: unknown, mergeKey: string): boolean {
  if (mergeKey === '' || !isRecord(a) || !isRecord(b)) return deepEqual(a, b);
  return a[mergeKey] !== undefined && deepEqual(a[mergeKey], b[mergeKey]);
}

/** Where an item stands in a list; -1 when it does not. */
export function indexIn(list: readonly unknown[], item: unknown, mergeKey: string): number {
  return list.findIndex((other) => sameItem(other, item, mergeKey));
}

/** Items in the order of another list; those it does not have come last, as they stood. */
export function inOrderOf(
  items: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const place = (item: unknown): number => {
    const at = indexIn(order, item, mergeKey);
    return at < 0 ? order.length : at;
  };
  return items
    .map((item) => ({ item, at: place(item) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * The merged list in its final order. Items named by `wanted` take its order; the others keep theirs
 * from the server, and stand before a wanted item only if both were on the server in that order.
 * So new items without an order directive go in front.
 */
export function orderMerged(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  server: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const isWanted = (item: unknown): boolean => indexIn(wanted, item, mergeKey) >= 0;
  const right = inOrderOf(merged.filter(isWanted), wanted, mergeKey);
  const left = inOrderOf(
    merged.filter((item) => !isWanted(item)),
    server,
    mergeKey,
  );
  const result: unknown[] = [];
  while (left.length > 0 || right.length > 0) {
    const fromLeft =
      right.length === 0 || (left.length > 0 && isBefore(left[0], right[0], server, mergeKey));
    result.push(fromLeft ? left.shift() : right.shift());
  }
  return result;
}

function isBefore(a: unknown, b: unknown, server: readonly unknown[], mergeKey: string): boolean {
  const [atA, atB] = [indexIn(server, a, mergeKey), indexIn(server, b, mergeKey)];
  return atA >= 0 && atB >= 0 && atA < atB;
}
