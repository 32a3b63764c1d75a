import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';
import type { TypeSchema } from '../type-schema.ts';
import {
  badPatch,
  deleteFromList,
  goText,
  patchDirective,
  retainKeys,
  ruleOf,
  setElementOrder,
} from './directives.ts';
import { mergeList } from './merge-list.ts';
import { checkOrder } from './order-check.ts';
import { orderMerged } from './list-order.ts';

/**
 * `onto` a live object: directives are carried out. `patches`: two patches become one, directives and
 * nulls are kept in the result (used for the three-way patch).
 */
export type MergeMode = 'onto' | 'patches';

/** Merges a patch into a map. Neither is changed. */
export function mergeMap(
  type: TypeSchema,
  original: JsonRecord,
  givenPatch: JsonRecord,
  mode: MergeMode,
): JsonRecord {
  const directive = givenPatch[patchDirective];
  if (directive !== undefined) return directiveResult(directive, givenPatch);
  const result = { ...original };
  const patch = { ...givenPatch };
  applyRetainKeys(result, patch, mode);
  applyOrders(type, result, patch, mode);
  for (const [key, value] of Object.entries(patch)) {
    if (value !== undefined) mergeField(type, result, [key, value], mode);
  }
  return result;
}

function directiveResult(directive: unknown, patch: JsonRecord): JsonRecord {
  if (directive === 'delete') return {};
  if (directive !== 'replace') {
    throw badPatch(`unknown patch type found: ${goText(patch)}`);
  }
  const { [patchDirective]: _directive, ...rest } = patch;
  return rest;
}

/** `$retainKeys: [..]` drops every other key of the map. */
function applyRetainKeys(result: JsonRecord, patch: JsonRecord, mode: MergeMode): void {
  const keep = patch[retainKeys];
  if (keep === undefined) return;
  delete patch[retainKeys];
  if (mode === 'patches') {
    moveDirective(result, retainKeys, keep);
    return;
  }
  if (!Array.isArray(keep)) throw badPatch('invalid patch format of retainKeys');
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !keep.includes(key) && !key.startsWith('$')) {
      throw badPatch('patch contains fields not in retainKeys list');
    }
  }
  for (const key of Object.keys(result)) if (!keep.includes(key)) delete result[key];
}

function moveDirective(result: JsonRecord, key: string, value: unknown): void {
  if (result[key] === undefined) result[key] = value;
  else if (!deepEqual(result[key], value)) {
    throw badPatch(`The ${key} lists in the patches to merge differ`);
  }
}

/** Carries out `$setElementOrder/F` together with the patch of F, which is then done. */
function applyOrders(
  type: TypeSchema,
  result: JsonRecord,
  patch: JsonRecord,
  mode: MergeMode,
): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(setElementOrder)) continue;
    delete patch[directive];
    if (mode === 'patches') moveDirective(result, directive, order);
    if (!Array.isArray(order)) throw badPatch('invalid patch format of setElementOrder list');
    applyOrder(type, result, {
      patch,
      field: directive.slice(setElementOrder.length),
      order,
      mode,
    });
  }
}

interface Ordering {
  readonly patch: JsonRecord;
  readonly field: string;
  readonly order: readonly unknown[];
  readonly mode: MergeMode;
}

function applyOrder(type: TypeSchema, result: JsonRecord, how: Ordering): void {
  const { patch, field, order, mode } = how;
  const rule = ruleOf(type, field);
  const [before, items] = [result[field], patch[field]];
  delete patch[field];
  if (Array.isArray(items)) checkOrder(items, order, rule.mergeKey);
  if (!Array.isArray(before) && !Array.isArray(items)) {
    if (items !== undefined) patch[field] = items;
    return;
  }
  const server = Array.isArray(before) ? before : [];
  const merged = Array.isArray(items) ? mergeList(rule, server, items, mode) : server;
  result[field] = orderMerged(merged, order, server, rule.mergeKey);
}

function mergeField(
  type: TypeSchema,
  result: JsonRecord,
  [key, value]: readonly [string, unknown],
  mode: MergeMode,
): void {
  if (key.startsWith(deleteFromList)) {
    deletePrimitives(result, key, value, mode);
    return;
  }
  const before = result[key];
  if (value === null) {
    delete result[key];
    if (mode === 'patches') result[key] = null;
    return;
  }
  const rule = ruleOf(type, key);
  if (isRecord(value)) {
    result[key] = mergeMapField(rule, before, value, mode);
  } else if (Array.isArray(value) && rule.strategy === 'merge') {
    result[key] = mergeListField(rule, before, value, mode);
  } else {
    result[key] = value;
  }
}

function mergeMapField(
  rule: ReturnType<typeof ruleOf>,
  before: unknown,
  value: JsonRecord,
  mode: MergeMode,
): unknown {
  if (mode === 'patches' && !isRecord(before)) return value;
  if (rule.strategy === 'replace') return withoutDirectives(value, mode);
  return mergeMap(rule.inner, isRecord(before) ? before : {}, value, mode);
}

function mergeListField(
  rule: ReturnType<typeof ruleOf>,
  before: unknown,
  value: unknown[],
  mode: MergeMode,
): unknown[] {
  if (mode === 'patches' && !Array.isArray(before)) return value;
  const server = Array.isArray(before) ? before : [];
  const merged = mergeList(rule, server, value, mode);
  return orderMerged(merged, value, server, rule.mergeKey);
}

function withoutDirectives(value: JsonRecord, mode: MergeMode): JsonRecord {
  if (mode === 'patches') return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, inner]) => !key.startsWith('$') && inner !== null),
  );
}

/** `$deleteFromPrimitiveList/F: [..]` */
function deletePrimitives(
  result: JsonRecord,
  directive: string,
  value: unknown,
  mode: MergeMode,
): void {
  if (mode === 'patches') {
    result[directive] = value;
    return;
  }
  const field = directive.slice(deleteFromList.length);
  const before = result[field];
  if (!Array.isArray(before) || !Array.isArray(value)) return;
  result[field] = before.filter((item) => !value.some((gone) => deepEqual(gone, item)));
}
