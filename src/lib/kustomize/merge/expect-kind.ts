import { invalid } from '../../../base/index.ts';
import { stringify } from '../../yaml/index.ts';
import { nodeKind } from '../resource/scalar-text.ts';

/** Throws when a value that is there is of another shape. */
export function expectKind(kind: ReturnType<typeof nodeKind>, ...values: unknown[]): void {
  for (const value of values) {
    if (value === undefined || value === null || nodeKind(value) === kind) continue;
    throw wrongKind(kind, value);
  }
}

/** The fault of a value that has not the wanted shape. */
export function wrongKind(kind: string, value: unknown): Error {
  const text = stringify(value);
  return invalid(
    `wrong node kind: expected ${kind} but got ${nodeKind(value)}: node contents:\n${text}`,
  );
}
