import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
/** One server-side apply. */
export interface ApplyRequest {
  readonly type: TypeSchema | undefined;
  /** The stored object; undefined when there is none. */
  readonly live: JsonRecord | undefined;
  /** The body of the request. */
  readonly config: JsonRecord;
  readonly manager: string;
  readonly force: boolean;
  readonly now: string;
  readonly subresource?: string | undefined;
  readonly resetFields?: readonly (readonly string[])[];
}
/**
 * The merged object, before defaulting, with its managedFields; `changed` false when nothing would be
 * written. Throws ApplyConflict (409), or KnownError('failed') with status 500 when the body does not fit the schema.
 */
export function applyServerSide(request: ApplyRequest): { object: JsonRecord; changed: boolean } {
  throw new Error('not yet' + String(request));
}
