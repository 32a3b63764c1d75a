import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
/** One write that is not an apply. */
export interface UpdateToTrack {
  /** undefined: a kind without schema. */
  readonly type: TypeSchema | undefined;
  /** The stored object before the write; undefined on create. */
  readonly live: JsonRecord | undefined;
  /** The object to store, after defaulting; `managedFields` in it is what the client sent (a patch: the stored list). */
  readonly updated: JsonRecord;
  readonly manager: string;
  /** Now, RFC 3339 in whole seconds. */
  readonly now: string;
  readonly subresource?: string | undefined;
  /** Fields this endpoint never takes, e.g. [['status']] on the main one. */
  readonly resetFields?: readonly (readonly string[])[];
}
/** The object with `metadata.managedFields` as a real server would store it. Nothing else is changed. */
export function trackUpdate(write: UpdateToTrack): JsonRecord {
  throw new Error('not yet' + String(write));
}
