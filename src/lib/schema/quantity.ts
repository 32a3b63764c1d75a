import { invalid } from '../../base/index.ts';

/** A parsed quantity in billionths, and the family of suffix it was written in. */
export interface Quantity {
  readonly nano: bigint;
  readonly family: 'decimal' | 'binary' | 'exponent';
}

const giga = 1_000_000_000n;
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d{1,3}))?$/;
const binarySuffixes = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Throws `KnownError('invalid')` with Go's text. Numbers are read as their decimal text. */
export function parseQuantity(text: string | number): Quantity {
  const trimmed = String(text).trim();
  const parts = pattern.exec(trimmed);
  if (parts === null || (parts[2] === '' && (parts[3] ?? '') === '')) {
    throw invalid(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = parts;
  const digits = BigInt(whole + fraction);
  const scale = scaleOf(suffix, exponent);
  const nano = divideUp(digits * scale.times * giga, 10n ** BigInt(fraction.length) * scale.over);
  return { nano: sign === '-' ? -nano : nano, family: scale.family };
}

function scaleOf(
  suffix: string,
  exponent: string | undefined,
): { times: bigint; over: bigint; family: Quantity['family'] } {
  const binary = binarySuffixes.indexOf(suffix);
  if (binary >= 0) return { times: 1024n ** BigInt(binary + 1), over: 1n, family: 'binary' };
  const family = exponent === undefined ? 'decimal' : 'exponent';
  const power = exponent === undefined ? decimalSuffixes.indexOf(suffix) * 3 - 9 : Number(exponent);
  const factor = 10n ** BigInt(Math.abs(power));
  return power < 0 ? { times: 1n, over: factor, family } : { times: factor, over: 1n, family };
}

/** What is finer than a billionth is rounded away from zero, as the Go library does. */
function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** The canonical text: `1000m` → `1`, `2048Mi` → `2Gi`, `1.5Gi` → `1536Mi`; the suffix family is kept. */
export function canonicalQuantity(text: string | number): string {
  const { nano, family } = parseQuantity(text);
  if (nano === 0n) return '0';
  const size = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  if (family === 'binary' && size >= 1024n * giga) return sign + binaryText(divideUp(size, giga));
  return sign + decimalText(size, family === 'exponent');
}

function binaryText(value: bigint): string {
  let [rest, at] = [value, 0];
  while (rest % 1024n === 0n && at < binarySuffixes.length) [rest, at] = [rest / 1024n, at + 1];
  return `${rest}${at === 0 ? '' : binarySuffixes[at - 1]}`;
}

function decimalText(nano: bigint, exponent: boolean): string {
  let [rest, power] = [nano, -9];
  while (rest % 1000n === 0n && power < 18) [rest, power] = [rest / 1000n, power + 3];
  if (exponent) return power === 0 ? `${rest}` : `${rest}e${power}`;
  return `${rest}${decimalSuffixes[power / 3 + 3]}`;
}

/** Negative, zero or positive, by numeric value. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** The value as a number; exact to 2^53 billionths, then rounded. */
export function quantityNumber(text: string | number): number {
  const { nano } = parseQuantity(text);
  return Number(nano / giga) + Number(nano % giga) / 1e9;
}
