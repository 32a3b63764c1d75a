import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';
import type { TypeSchema } from '../type-schema.ts';
import {
  deleteFromList,
  mergeKeyOf,
  patchDirective,
  retainKeys,
  ruleOf,
  setElementOrder,
} from './directives.ts';
import type { FieldRule } from './directives.ts';
import { inOrderOf, indexIn, sameItem } from './list-order.ts';

/** Which half of a difference is wanted: changes and additions, deletions, or both. */
export interface DiffWanted {
  readonly changes: boolean;
  readonly deletions: boolean;
  /** Write `$setElementOrder` directives. */
  readonly order: boolean;
}

/** The strategic patch from one map to another. `keep` writes `$retainKeys`, where the field asks for it. */
export function diffMaps(
  type: TypeSchema,
  original: JsonRecord,
  modified: JsonRecord,
  how: DiffWanted & { readonly keep?: boolean },
): JsonRecord {
  const patch: JsonRecord = {};
  const { keep, ...wanted } = how;
  for (const [key, value] of Object.entries(modified)) {
    if (value === undefined) continue;
    diffField(type, { patch, key, before: original[key], value }, wanted);
  }
  const gone = Object.keys(original).filter(
    (key) => original[key] !== undefined && modified[key] === undefined,
  );
  if (wanted.deletions) for (const key of gone) patch[key] = null;
  const kept = Object.keys(modified).filter((key) => (modified[key] ?? null) !== null);
  if (keep === true && kept.length > 0 && (Object.keys(patch).length > 0 || gone.length > 0)) {
    patch[retainKeys] = kept.toSorted();
  }
  return patch;
}

interface FieldDiff {
  readonly patch: JsonRecord;
  readonly key: string;
  readonly before: unknown;
  readonly value: unknown;
}

function diffField(type: TypeSchema, field: FieldDiff, wanted: DiffWanted): void {
  const { patch, key, before, value } = field;
  const rule = ruleOf(type, key);
  if (isRecord(before) && isRecord(value)) {
    if (rule.strategy === 'replace') {
      if (wanted.changes && !deepEqual(before, value)) patch[key] = value;
      return;
    }
    const inner = diffMaps(rule.inner, before, value, { ...wanted, keep: rule.retainKeys });
    if (Object.keys(inner).length > 0) patch[key] = inner;
    return;
  }
  if (Array.isArray(before) && Array.isArray(value) && rule.strategy === 'merge') {
    diffLists(rule, { ...field, before, value }, wanted);
    return;
  }
  if (wanted.changes && !deepEqual(before, value)) patch[key] = value;
}

function diffLists(
  rule: FieldRule,
  field: FieldDiff & { before: unknown[]; value: unknown[] },
  wanted: DiffWanted,
): void {
  const { patch, key, before, value } = field;
  if (before.length === 0) {
    if (value.length > 0 && wanted.changes) patch[key] = value;
    return;
  }
  if ([...before, ...value].some(isRecord)) diffKeyedLists(rule, field, wanted);
  else diffScalarLists(field, wanted);
}

function diffScalarLists(
  field: FieldDiff & { before: unknown[]; value: unknown[] },
  wanted: DiffWanted,
): void {
  const { patch, key, before, value } = field;
  const missing = (from: unknown[], items: unknown[]): unknown[] =>
    items.filter((item) => indexIn(from, item, '') < 0);
  const added = wanted.changes ? missing(before, value) : [];
  const gone = wanted.deletions ? missing(value, before) : [];
  if (added.length > 0) patch[key] = added;
  if (gone.length > 0) patch[`${deleteFromList}${key}`] = gone;
  if (wanted.order && (gone.length > 0 || (wanted.changes && !deepEqual(before, value)))) {
    patch[`${setElementOrder}${key}`] = value;
  }
}

function diffKeyedLists(
  rule: FieldRule,
  field: FieldDiff & { before: unknown[]; value: unknown[] },
  wanted: DiffWanted,
): void {
  const { patch, key, before, value } = field;
  const { mergeKey } = rule;
  const changed = value.filter(isRecord).flatMap((item) => itemPatch(rule, before, item, wanted));
  const gone = wanted.deletions
    ? before
        .filter(isRecord)
        .filter((item) => indexIn(value, item, mergeKey) < 0)
        .map((item) => ({ [patchDirective]: 'delete', [mergeKey]: mergeKeyOf(item, mergeKey) }))
    : [];
  const items = [...inOrderOf(changed, value, mergeKey), ...gone];
  if (items.length > 0) patch[key] = items;
  const reordered = wanted.changes && !sameOrder(before, value, mergeKey);
  if (wanted.order && (items.length > 0 || reordered)) {
    patch[`${setElementOrder}${key}`] = value
      .filter(isRecord)
      .map((item) => ({ [mergeKey]: mergeKeyOf(item, mergeKey) }));
  }
}

function sameOrder(a: readonly unknown[], b: readonly unknown[], mergeKey: string): boolean {
  return a.length === b.length && a.every((item, at) => sameItem(item, b[at], mergeKey));
}

/** The patch of one item: all of a new one, the difference with its key of a changed one. */
function itemPatch(
  rule: FieldRule,
  before: readonly unknown[],
  item: JsonRecord,
  wanted: DiffWanted,
): JsonRecord[] {
  const key = mergeKeyOf(item, rule.mergeKey);
  const old = before[indexIn(before, item, rule.mergeKey)];
  if (!isRecord(old)) return wanted.changes ? [item] : [];
  const inner = diffMaps(rule.inner, old, item, { ...wanted, keep: rule.retainKeys });
  return Object.keys(inner).length === 0 ? [] : [{ ...inner, [rule.mergeKey]: key }];
}
