import type { JsonRecord } from '../../../base/index.ts';
import { anySchema } from '../type-schema.ts';
import type { TypeSchema } from '../type-schema.ts';
import { mergeMap } from './merge-map.ts';

/**
 * Strategic merge patch with every directive: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/F`,
 * `$setElementOrder/F`. Without an order directive new list items go in front, in patch order. Throws
 * `KnownError('failed')` with status 500 and Go's text on a bad directive. The inputs are not changed;
 * parts of them are shared with the result.
 */
export function strategicMerge(
  type: TypeSchema | undefined,
  original: JsonRecord,
  patch: JsonRecord,
): JsonRecord {
  return mergeMap(type ?? anySchema, original, patch, 'onto');
}
