import type { JsonRecord } from '../../../base/index.ts';
/** The JSON of a request body in application/vnd.kubernetes.protobuf. Throws KnownError('invalid'). */
export function decodeProtobuf(bytes: Uint8Array): JsonRecord {
  throw new Error('not yet' + bytes.length);
}
