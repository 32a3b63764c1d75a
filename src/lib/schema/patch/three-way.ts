import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
/** The patch kubectl apply and Helm compute from last applied, wanted and live: strategic when the type is known, else JSON merge patch. {} when nothing is to be done. */
export function threeWayMergePatch(of: {
  readonly type: TypeSchema | undefined;
  readonly original: JsonRecord | undefined;
  readonly modified: JsonRecord;
  readonly current: JsonRecord;
}): JsonRecord {
  throw new Error('not yet' + String(of));
}
/** The two-way strategic patch that turns original into modified. */
export function strategicDiff(
  type: TypeSchema,
  original: JsonRecord,
  modified: JsonRecord,
): JsonRecord {
  throw new Error('not yet' + String(type) + String(original) + String(modified));
}
