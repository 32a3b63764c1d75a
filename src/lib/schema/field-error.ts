/** Why a field was refused; each maps to one cause reason of a 422 answer. */
export type FieldErrorType =
  | 'required'
  | 'invalid'
  | 'notSupported'
  | 'forbidden'
  | 'duplicate'
  | 'tooLong'
  | 'tooMany'
  | 'typeInvalid'
  | 'notFound'
  | 'internal';

/** One complaint about one field. `field` is the path as the server writes it: `spec.ports[0].name`. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** The offending value; shown in the message of some types. */
  readonly value?: unknown;
  readonly detail: string;
}

const headOf: Readonly<Record<FieldErrorType, string>> = {
  required: 'Required value',
  invalid: 'Invalid value',
  notSupported: 'Unsupported value',
  forbidden: 'Forbidden',
  duplicate: 'Duplicate value',
  tooLong: 'Too long',
  tooMany: 'Too many',
  typeInvalid: 'Invalid value',
  notFound: 'Not found',
  internal: 'Internal error',
};

const withoutValue: ReadonlySet<FieldErrorType> = new Set([
  'required',
  'forbidden',
  'tooLong',
  'tooMany',
  'internal',
]);

/**
 * The text of one complaint as it stands in a 422 message: `spec.ports[0].name: Required value`,
 * `metadata.name: Invalid value: "A_": a lowercase …`. Strings are quoted, other values shown as JSON.
 */
export function fieldErrorText(error: FieldError): string {
  const { type, field, value, detail } = error;
  const shown = withoutValue.has(type) ? '' : `: ${JSON.stringify(value) ?? 'null'}`;
  return `${field}: ${headOf[type]}${shown}${detail === '' ? '' : `: ${detail}`}`;
}
