import fastJsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { KnownError, isRecord } from '../../../base/index.ts';

const limit = 10_000;
/** All `copy` operations of a patch together may bring this many bytes of JSON. */
const copyLimit = 3 * 1024 * 1024;
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
    return applied(structuredClone(target), structuredClone(operations) as Operation[]);
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

/** One after the other. Copies of copies double: what all of them bring is bounded, as in Go's library. */
function applied(target: unknown, operations: readonly Operation[]): unknown {
  let document = target;
  let copied = 0;
  for (const [at, operation] of operations.entries()) {
    if (operation.op === 'copy') {
      const value: unknown = fastJsonPatch.getValueByPointer(document, operation.from);
      copied += JSON.stringify(value)?.length ?? 0;
      if (copied > copyLimit) throw new KnownError('too-large', `copies exceed ${copyLimit} bytes`);
    }
    document = fastJsonPatch.applyOperation(document, operation, true, true, true, at).newDocument;
  }
  return document;
}

function malformed(why: string): KnownError {
  return new KnownError('invalid', `error decoding patch: ${why}`, { status: 400 });
}
