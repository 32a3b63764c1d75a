/** A value that a function of a rule cannot take; the rule fails with this text. */
export class RefusedValue extends Error {
  override readonly name = 'RefusedValue';
}

/** Makes one. */
export function refusedValue(message: string): RefusedValue {
  return new RefusedValue(message);
}
