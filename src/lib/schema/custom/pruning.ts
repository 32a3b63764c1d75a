import type { JsonRecord } from '../../../base/index.ts';
/** Drops fields the openAPIV3Schema does not declare. Returns a new object. */
export function pruneBySchema(openAPIV3Schema: unknown, object: JsonRecord): JsonRecord {
  throw new Error('not yet' + String(openAPIV3Schema) + String(object));
}
