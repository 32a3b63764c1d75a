import { parseFloatText, parseInteger } from '../../parse/number.ts';
import { GoNumber } from '../../value/index.ts';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** A float64 to an int64 as amd64 does it: what does not fit becomes the smallest one. */
export function floatToInt(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 63 || value < -(2 ** 63)) return MIN;
  return BigInt(Math.trunc(value));
}

/** `5.00` is read as 5. */
function trimZeroDecimal(text: string): string {
  const match = /\.0+$/.exec(text);
  return match === null ? text : text.slice(0, match.index);
}

function fromText(text: string): bigint {
  const value = parseInteger(trimZeroDecimal(text));
  return value === undefined || value < MIN || value > MAX ? 0n : value;
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** cast.ToInt64: whatever it is, as an integer; 0 when it is none. */
export function toInt64(value: unknown): bigint {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'number':
      return floatToInt(value);
    case 'string':
      return fromText(value);
    case 'boolean':
      return value ? 1n : 0n;
    default:
  }
  if (!(value instanceof GoNumber)) return 0n;
  return typeof value.value === 'bigint' ? wrap(value.value) : floatToInt(value.value);
}

const named: Readonly<Record<string, number>> = { inf: Infinity, infinity: Infinity, nan: NaN };

function floatFromText(text: string): number {
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (word !== null) {
    const value = named[word[2]!.toLowerCase()]!;
    return word[1] === '-' ? -value : value;
  }
  return parseFloatText(text) ?? 0;
}

/** cast.ToFloat64. */
export function toFloat64(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'string':
      return floatFromText(value);
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof GoNumber ? Number(value.value) : 0;
  }
}
