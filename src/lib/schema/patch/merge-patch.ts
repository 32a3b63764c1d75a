import type { JsonRecord } from '../../../base/index.ts';
/** RFC 7386. The target is not changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  throw new Error('not yet' + String(target) + String(patch));
}
/** The merge patch that turns one object into the other; {} when they are equal. */
export function createMergePatch(original: JsonRecord, modified: JsonRecord): JsonRecord {
  throw new Error('not yet' + String(original) + String(modified));
}
