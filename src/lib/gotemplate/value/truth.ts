import { GoComplex, GoNumber } from './number.ts';
import { HostObject, isList, tagOf } from './type.ts';

/** Whether Go's templates take a value for true. */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'object':
      return value !== null && isTrueObject(value);
    default:
      return false;
  }
}

function isTrueObject(value: object): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof GoNumber) return value.value !== 0 && value.value !== 0n;
  if (value instanceof HostObject) return value.value !== null;
  if (isList(value)) return value.length > 0;
  if (value instanceof GoComplex) return value.re !== 0 || value.im !== 0;
  for (const key in value) {
    if (Object.hasOwn(value, key)) return true;
  }
  return false;
}

/** A nil map, slice or pointer that has a type. */
export function isTypedNil(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof HostObject) return value.value === null;
  return tagOf(value)?.isNil === true;
}
