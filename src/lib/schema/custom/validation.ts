import type { JsonRecord } from '../../../base/index.ts';
import type { FieldError } from '../field-error.ts';
/** Complaints of an openAPIV3Schema about an object, in the server's words. CEL rules are not evaluated. */
export function validateBySchema(openAPIV3Schema: unknown, object: JsonRecord): FieldError[] {
  throw new Error('not yet' + String(openAPIV3Schema) + String(object));
}
