import { isRecord } from '../../base/index.ts';

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

/** A value in the form in which Go prints it, for `value` of a complaint. */
export class GoText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value as Go prints it with its type; what holds more than texts is shown as JSON. */
function goText(value: unknown): string {
  if (value instanceof GoText) return value.text;
  const quoted = (text: unknown): string => JSON.stringify(text);
  const isText = (each: unknown): boolean => typeof each === 'string';
  if (Array.isArray(value) && value.every(isText))
    return `[]string{${value.map(quoted).join(', ')}}`;
  if (isRecord(value) && Object.values(value).every(isText)) {
    const members = Object.keys(value).toSorted();
    return `map[string]string{${members.map((key) => `${quoted(key)}:${quoted(value[key])}`).join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * The text of one complaint as it stands in a 422 message: `spec.ports[0].name: Required value`,
 * `metadata.name: Invalid value: "A_": a lowercase …`. Strings are quoted, lists and maps of them shown as
 * Go shows them.
 */
export function fieldErrorText(error: FieldError): string {
  const { type, field, value, detail } = error;
  const shown = withoutValue.has(type) ? '' : `: ${goText(value)}`;
  return `${field}: ${headOf[type]}${shown}${detail === '' ? '' : `: ${detail}`}`;
}
