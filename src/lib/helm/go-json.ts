import { KnownError } from '../../base/index.ts';

/** Go's complaint about a value that does not fit where it is to be decoded into. */
export function cannotUnmarshal(value: unknown, into: string): KnownError {
  return new KnownError(
    'invalid',
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go ${into}`,
  );
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
