import fastJsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { KnownError, isRecord } from '../../../base/index.ts';

const limit = 10_000;
const verbs: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * RFC 6902. Throws `KnownError('invalid')`: status 422 when a test fails or a path is missing, 400 when
 * the patch is malformed; `too-large` (413) above 10 000 operations. The target is not changed.
 */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw malformed('cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (operations.length > limit) {
    throw new KnownError(
      'too-large',
      `The allowed maximum operations in a JSON patch is ${limit}, got ${operations.length}`,
      { status: 413 },
    );
  }
  for (const operation of operations) {
    if (!isRecord(operation) || !verbs.has(operation['op'])) throw malformed('unexpected kind');
    if (typeof operation['path'] !== 'string') throw malformed('missing path');
  }
  try {
    return fastJsonPatch.applyPatch(
      structuredClone(target),
      withStrictPaths(operations as Operation[]),
      true,
      true,
      true,
    ).newDocument;
  } catch (thrown) {
    throw new KnownError(
      'invalid',
      'the server rejected our request due to an error in our request',
      {
        status: 422,
        cause: thrown,
      },
    );
  }
}

function withStrictPaths(operations: readonly Operation[]): Operation[] {
  return structuredClone([...operations]);
}

function malformed(why: string): KnownError {
  return new KnownError('invalid', `error decoding patch: ${why}`, { status: 400 });
}
