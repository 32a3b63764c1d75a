import { GoError } from '../../template-error.ts';
import { formatFloat } from '../../format/index.ts';

/** digits × 10^exponent */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DIVISION_PLACES = 16;

/** The shortest decimal that reads back as the float. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    throw new GoError(`Cannot create a Decimal from ${formatFloat(value, 'g', -1)}`);
  }
  const [mantissa = '0', power = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** The nearest float64. */
export function decimalToFloat({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

function aligned(a: Decimal, b: Decimal): { a: bigint; b: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  return {
    a: a.digits * 10n ** BigInt(a.exponent - exponent),
    b: b.digits * 10n ** BigInt(b.exponent - exponent),
    exponent,
  };
}

export function add(x: Decimal, y: Decimal): Decimal {
  const { a, b, exponent } = aligned(x, y);
  return { digits: a + b, exponent };
}

export function subtract(x: Decimal, y: Decimal): Decimal {
  const { a, b, exponent } = aligned(x, y);
  return { digits: a - b, exponent };
}

export function multiply(x: Decimal, y: Decimal): Decimal {
  return { digits: x.digits * y.digits, exponent: x.exponent + y.exponent };
}

const size = (value: bigint): bigint => (value < 0n ? -value : value);

/** Sixteen places after the point, half away from zero. */
export function divide(x: Decimal, y: Decimal): Decimal {
  if (y.digits === 0n) throw new GoError('decimal division by 0');
  const shift = x.exponent - y.exponent + DIVISION_PLACES;
  const top = shift >= 0 ? x.digits * 10n ** BigInt(shift) : x.digits;
  const bottom = shift >= 0 ? y.digits : y.digits * 10n ** BigInt(-shift);
  const quotient = top / bottom;
  const rest = size(top % bottom) * 2n;
  if (rest < size(bottom)) return { digits: quotient, exponent: -DIVISION_PLACES };
  const step = top < 0n === bottom < 0n ? 1n : -1n;
  return { digits: quotient + step, exponent: -DIVISION_PLACES };
}
