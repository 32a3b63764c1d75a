import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';
import { badPatch, goText, mergeKeyOf, patchDirective } from './directives.ts';
import type { FieldRule } from './directives.ts';
import { indexIn } from './list-order.ts';
import { mergeMap } from './merge-map.ts';
import type { MergeMode } from './merge-map.ts';

/** Merges a patch list into a list, in no particular order: `orderMerged` gives it one. */
export function mergeList(
  rule: FieldRule,
  original: readonly unknown[],
  patch: readonly unknown[],
  mode: MergeMode,
): unknown[] {
  if (![...original, ...patch].some(isRecord)) return unique([...original, ...patch]);
  if (rule.strategy !== 'merge') return [...patch];
  if (rule.mergeKey === '') throw badPatch('cannot merge lists without merge key');
  const { kept, items } = applyItemDirectives(rule, original, patch);
  const result = [...kept];
  for (const item of items) {
    mergeKeyOf(item, rule.mergeKey);
    const at = indexIn(result, item, rule.mergeKey);
    const before = result[at];
    if (at >= 0 && isRecord(before)) result[at] = mergeMap(rule.inner, before, item, mode);
    else result.push(mode === 'patches' ? item : mergeMap(rule.inner, {}, item, mode));
  }
  return result;
}

/** Takes out items that are only directives: `$patch: delete` with a key, `$patch: replace` alone. */
function applyItemDirectives(
  rule: FieldRule,
  original: readonly unknown[],
  patch: readonly unknown[],
): { kept: unknown[]; items: JsonRecord[] } {
  let kept = [...original];
  const items: JsonRecord[] = [];
  let replaced = false;
  for (const item of patch.filter(isRecord)) {
    const directive = item[patchDirective];
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') {
      mergeKeyOf(item, rule.mergeKey);
      kept = kept.filter((other) => indexIn([other], item, rule.mergeKey) < 0);
    } else if (directive === 'replace') replaced = true;
    else throw badPatch(`unknown patch type found: ${goText(item)}`);
  }
  return { kept: replaced ? [] : kept, items };
}

function unique(items: readonly unknown[]): unknown[] {
  return items.filter((item, at) => items.findIndex((other) => deepEqual(other, item)) === at);
}
