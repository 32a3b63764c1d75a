import { isRecord } from '../../../base/index.ts';
import { badPatch, goText, patchDirective } from './directives.ts';
import { sameItem } from './list-order.ts';

/** The order list must name every item the patch keeps, in the same order. */
export function checkOrder(
  items: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
): void {
  const kept = items.filter((item) => !(isRecord(item) && item[patchDirective] === 'delete'));
  let at = 0;
  for (const wanted of order) {
    if (at < kept.length && sameItem(kept[at], wanted, mergeKey)) at += 1;
  }
  if (at === kept.length) return;
  throw badPatch(
    `The order in patch list:\n${goText(items)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
  );
}
