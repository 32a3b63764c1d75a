import type { JsonRecord } from '../../../base/index.ts';
/** Fills the defaults of an openAPIV3Schema, dropping nulls that are not allowed. Returns a new object. */
export function defaultBySchema(openAPIV3Schema: unknown, object: JsonRecord): JsonRecord {
  throw new Error('not yet' + String(openAPIV3Schema) + String(object));
}
