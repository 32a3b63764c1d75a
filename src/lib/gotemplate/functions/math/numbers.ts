import { formatValue } from '../../format/index.ts';
import type { FunctionTable } from '../../signature.ts';
import { GoError, goPanic } from '../../template-error.ts';
import { int64, typedList } from '../../value/index.ts';
import { fn, variadic } from '../define.ts';
import { toFloat64, toInt64 } from './cast.ts';
import {
  add,
  type Decimal,
  decimalOf,
  decimalToFloat,
  divide,
  multiply,
  subtract,
} from './decimal.ts';

const MOST = 10_000_000;

type Operation = (a: Decimal, b: Decimal) => Decimal;

function exact(first: unknown, rest: readonly unknown[], operation: Operation): number {
  const start = decimalOf(toFloat64(first));
  return decimalToFloat(
    rest.reduce<Decimal>((a, b) => operation(a, decimalOf(toFloat64(b))), start),
  );
}

function divided(a: unknown, b: unknown, by: (a: bigint, b: bigint) => bigint): unknown {
  const bottom = toInt64(b);
  if (bottom === 0n) throw goPanic('integer divide by zero');
  return int64(by(toInt64(a), bottom));
}

function range(start: number, stop: number, step: number): number[] {
  if (stop < start ? step >= 0 : step <= 0) return [];
  const count = Math.ceil((stop - start) / step);
  if (count > MOST) throw new GoError(`a list of ${count} numbers is too long`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function integers(numbers: readonly number[]): unknown {
  return typedList(numbers.map(BigInt), 'int');
}

function seq(...params: number[]): string {
  const [first = 0, second = 0, third = 0] = params;
  switch (params.length) {
    case 1: {
      const step = first < 1 ? -1 : 1;
      return range(1, first + step, step).join(' ');
    }
    case 2: {
      const step = second < first ? -1 : 1;
      return range(first, second + step, step).join(' ');
    }
    case 3: {
      const step = third < first ? -1 : 1;
      if (third < first && second > 0) return '';
      return range(first, third + step, second).join(' ');
    }
    default:
      return '';
  }
}

function round(value: unknown, places: number, ...on: number[]): number {
  const power = 10 ** places;
  const scaled = power * toFloat64(value);
  const fraction = scaled - Math.trunc(scaled);
  const whole = fraction >= (on[0] ?? 0.5) ? Math.ceil(scaled) : Math.floor(scaled);
  return whole / power;
}

function toDecimal(value: unknown): unknown {
  const text = formatValue(value);
  if (!/^[+-]?[0-7]+$/.test(text)) return int64(0n);
  const size = BigInt(`0o${text.replace(/^[+-]/, '')}`);
  const number = text.startsWith('-') ? -size : size;
  return int64(number > 2n ** 63n - 1n || number < -(2n ** 63n) ? 0n : number);
}

/** strconv.Atoi with its error dropped: what is too large becomes the largest. */
function atoi(text: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) return 0n;
  const value = BigInt(text.replace(/^\+/, ''));
  if (value > 2n ** 63n - 1n) return 2n ** 63n - 1n;
  return value < -(2n ** 63n) ? -(2n ** 63n) : value;
}

function extreme(isBetter: (a: bigint, b: bigint) => boolean) {
  return (first: unknown, ...rest: unknown[]): unknown =>
    int64(
      rest
        .map(toInt64)
        .reduce((best, next) => (isBetter(next, best) ? next : best), toInt64(first)),
    );
}

const max = variadic(
  ['any', 'any'],
  extreme((a, b) => a > b),
);

/** Numbers: casts, 64-bit integers, decimal floats, sequences. */
export const numberFunctions: FunctionTable = {
  int: fn(['any'], toInt64),
  int64: fn(['any'], (value: unknown) => int64(toInt64(value))),
  float64: fn(['any'], toFloat64),
  atoi: fn(['string'], atoi),
  toDecimal: fn(['any'], toDecimal),
  add1: fn(['any'], (value: unknown) => int64(toInt64(value) + 1n)),
  add: variadic(['any'], (...args: unknown[]) =>
    int64(args.reduce<bigint>((sum, arg) => sum + toInt64(arg), 0n)),
  ),
  sub: fn(['any', 'any'], (a: unknown, b: unknown) => int64(toInt64(a) - toInt64(b))),
  div: fn(['any', 'any'], (a: unknown, b: unknown) => divided(a, b, (x, y) => x / y)),
  mod: fn(['any', 'any'], (a: unknown, b: unknown) => divided(a, b, (x, y) => x % y)),
  mul: variadic(['any', 'any'], (first: unknown, ...rest: unknown[]) =>
    int64(rest.reduce<bigint>((a, b) => BigInt.asIntN(64, a * toInt64(b)), toInt64(first))),
  ),
  add1f: fn(['any'], (value: unknown) => exact(value, [1], add)),
  addf: variadic(['any'], (...args: unknown[]) => exact(0, args, add)),
  subf: variadic(['any', 'any'], (a: unknown, ...rest: unknown[]) => exact(a, rest, subtract)),
  mulf: variadic(['any', 'any'], (a: unknown, ...rest: unknown[]) => exact(a, rest, multiply)),
  divf: variadic(['any', 'any'], (a: unknown, ...rest: unknown[]) => exact(a, rest, divide)),
  max,
  biggest: max,
  min: variadic(
    ['any', 'any'],
    extreme((a, b) => a < b),
  ),
  maxf: variadic(['any', 'any'], (a: unknown, ...rest: unknown[]) =>
    Math.max(toFloat64(a), ...rest.map(toFloat64)),
  ),
  minf: variadic(['any', 'any'], (a: unknown, ...rest: unknown[]) =>
    Math.min(toFloat64(a), ...rest.map(toFloat64)),
  ),
  ceil: fn(['any'], (value: unknown) => Math.ceil(toFloat64(value))),
  floor: fn(['any'], (value: unknown) => Math.floor(toFloat64(value))),
  round: variadic(['any', 'int', 'float64'], round),
  until: fn(['int'], (count: number) => integers(range(0, count, count < 0 ? -1 : 1))),
  untilStep: fn(['int', 'int', 'int'], (start: number, stop: number, step: number) =>
    integers(range(start, stop, step)),
  ),
  seq: variadic(['int'], seq),
};
