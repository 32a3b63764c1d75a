import type { KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
/** Complaints about a new object (metadata included), after defaulting. */
export function validateCreate(object: KubeObject): FieldError[] {
  void object;
  return [];
}
/** Complaints about a change (metadata included), after defaulting. */
export function validateUpdate(
  object: KubeObject,
  old: KubeObject,
  subresource?: string,
): FieldError[] {
  void object;
  void old;
  void subresource;
  return [];
}
