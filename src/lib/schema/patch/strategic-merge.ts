import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
/** Strategic merge patch with every directive. Throws KnownError('failed') with status 500 and Go's text on a bad directive. The inputs are not changed. */
export function strategicMerge(
  type: TypeSchema | undefined,
  original: JsonRecord,
  patch: JsonRecord,
): JsonRecord {
  throw new Error('not yet' + String(type) + String(original) + String(patch));
}
