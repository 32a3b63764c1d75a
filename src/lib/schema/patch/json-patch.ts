/** RFC 6902. Throws KnownError('invalid'): status 422 when a test fails or a path is missing, 400 when the patch is malformed, 413 above 10 000 operations. The target is not changed. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  throw new Error('not yet' + String(target) + String(operations));
}
