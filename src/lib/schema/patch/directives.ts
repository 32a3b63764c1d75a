import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { anySchema } from '../type-schema.ts';
import type { TypeSchema } from '../type-schema.ts';

export const patchDirective = '$patch';
export const retainKeys = '$retainKeys';
export const deleteFromList = '$deleteFromPrimitiveList/';
export const setElementOrder = '$setElementOrder/';

/** What strategic merge must know of a field. */
export interface FieldRule {
  /** Schema of the map, or of the list's items. */
  readonly inner: TypeSchema;
  /** `replace` replaces, `merge` merges lists; absent: maps merge, lists are replaced. */
  readonly strategy: 'merge' | 'replace' | '';
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

/** The rule of a map's field; fields that the type does not know merge as plain maps. */
export function ruleOf(schema: TypeSchema, field: string): FieldRule {
  const type = schema.fields.get(field)?.schema ?? schema.values ?? anySchema;
  const strategies = type.patchStrategy;
  return {
    inner: type.form === 'list' ? (type.values ?? anySchema) : type,
    strategy: strategies.includes('replace') ? 'replace' : mergeOrNone(strategies),
    retainKeys: strategies.includes('retainKeys'),
    mergeKey: type.patchMergeKey ?? '',
  };
}

function mergeOrNone(strategies: readonly string[]): 'merge' | '' {
  return strategies.includes('merge') ? 'merge' : '';
}

/** A patch the server cannot carry out: 500 without reason, as a real server answers. */
export function badPatch(message: string): KnownError {
  return new KnownError('failed', message, { status: 500, retry: 'when-changed' });
}

/** The value of an item's merge key. */
export function mergeKeyOf(item: JsonRecord, mergeKey: string): unknown {
  const value = item[mergeKey];
  if (value === undefined) {
    throw badPatch(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return value;
}

/** A value as Go's %v prints it: `map[a:1 b:[x y]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value as JsonRecord).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${goText(inner)}`).join(' ')}]`;
}
