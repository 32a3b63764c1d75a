import type { FieldError } from '../../../lib/schema/index.ts';

export const required = (field: string, detail = ''): FieldError => ({
  type: 'required',
  field,
  detail,
});

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'invalid',
  field,
  value,
  detail,
});

export const forbidden = (field: string, detail: string): FieldError => ({
  type: 'forbidden',
  field,
  detail,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'duplicate',
  field,
  value,
  detail: '',
});

export const notFoundValue = (field: string, value: unknown): FieldError => ({
  type: 'notFound',
  field,
  value,
  detail: '',
});

/** `Unsupported value: "x": supported values: "a", "b"`, in the given order: Go sorts some lists and not others. */
export function unsupported(field: string, value: unknown, allowed: readonly string[]): FieldError {
  const list = allowed.map((each) => `"${each}"`);
  return { type: 'notSupported', field, value, detail: `supported values: ${list.join(', ')}` };
}

/** `field is immutable` */
export const immutable = (field: string, value: unknown): FieldError =>
  invalidValue(field, value, 'field is immutable');

/** The complaint when the value is not among the allowed ones; nothing when it is or is absent. */
export function oneOf(field: string, value: unknown, allowed: readonly string[]): FieldError[] {
  if (value === undefined || value === null || allowed.includes(String(value))) return [];
  return [unsupported(field, value, allowed)];
}
