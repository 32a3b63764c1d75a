import type { JsonRecord } from '../../base/index.ts';
import type { TypeSchema } from './type-schema.ts';
/** What a real server makes of a body by decoding and encoding it: unknown fields, nulls and empty omitempty fields go, quantities and times take their canonical form, fields Go always writes are there. Returns a new object. */
export function canonicalize(type: TypeSchema, object: JsonRecord): JsonRecord {
  throw new Error('not yet' + String(type) + String(object));
}
/** Type errors in Go's words, empty when there are none; any of them is a 400: `json: cannot unmarshal string into Go struct field …`. */
export function typeErrors(type: TypeSchema, object: JsonRecord): string[] {
  throw new Error('not yet' + String(type) + String(object));
}
/** Paths of fields the type does not declare, in the order of the object: `spec.foo`, `spec.containers[0].bar`. */
export function unknownFields(type: TypeSchema, object: JsonRecord): string[] {
  throw new Error('not yet' + String(type) + String(object));
}
