/** A parsed quantity: mantissa times ten to the exponent, and the family of suffix it was written in. */
export interface Quantity {
  readonly nano: bigint;
  readonly family: 'decimal' | 'binary' | 'exponent';
}
/** Throws KnownError('invalid') with Go's text. */
export function parseQuantity(text: string | number): Quantity {
  throw new Error('not yet' + text);
}
/** The canonical text: `1000m` → `1`, `2048Mi` → `2Gi`. */
export function canonicalQuantity(text: string | number): string {
  throw new Error('not yet' + text);
}
/** Negative, zero or positive, by numeric value. */
export function compareQuantities(a: string | number, b: string | number): number {
  throw new Error('not yet' + a + b);
}
/** The value as a number (loses precision beyond 2^53). */
export function quantityNumber(text: string | number): number {
  throw new Error('not yet' + text);
}
