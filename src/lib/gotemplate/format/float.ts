/** Decimal digits without leading zeros, the value being 0.d1d2… × 10^point. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function shortest(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

const bits = new DataView(new ArrayBuffer(8));

/** The mantissa and power of two of a positive finite number, as IEEE 754 stores them. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n) & 0x7ff;
  const fraction = raw & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** Every decimal digit of a positive number. */
function exact(value: number): Decimal {
  const { mantissa, exponent } = parts(value);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits, point: digits.length };
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits, point: digits.length + exponent };
}

/** Keeps `count` digits, rounding half to even; the result has no trailing zeros. */
function roundTo({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return trim({ digits, point });
  if (count < 0) return { digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isTie = /^50*$/.test(rest);
  const up = isTie ? Number(kept.at(-1) ?? 0) % 2 === 1 : rest.charCodeAt(0) >= 0x35;
  if (!up) return trim({ digits: kept, point });
  const raised = kept === '' ? '1' : (BigInt(kept) + 1n).toString();
  const grew = kept === '' || raised.length > kept.length;
  return trim({ digits: raised.padStart(kept.length, '0'), point: grew ? point + 1 : point });
}

function trim({ digits, point }: Decimal): Decimal {
  const kept = digits.replace(/0+$/, '');
  return { digits: kept, point: kept === '' ? 0 : point };
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = '0'.repeat(Math.max(-point, 0)) + digits.slice(Math.max(point, 0));
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function exponential({ digits, point }: Decimal, precision: number, e: string): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = digits.slice(1, precision + 1).padEnd(Math.max(precision, 0), '0');
  const power = String(Math.abs(exponent)).padStart(2, '0');
  const dot = precision > 0 ? `.${fraction}` : '';
  return `${digits[0] ?? '0'}${dot}${e}${exponent < 0 ? '-' : '+'}${power}`;
}

function general(value: number, precision: number, e: string): string {
  const isShortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const decimal = decimalOf(value, isShortest ? undefined : { count: wanted });
  const length = decimal.digits.length;
  let limit = isShortest ? 6 : wanted;
  if (!isShortest && limit > length && length >= decimal.point) limit = length;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const places = isShortest || wanted > length ? length : wanted;
    return exponential(decimal, places - 1, e);
  }
  return fixed(decimal, Math.max(length - decimal.point, 0));
}

function decimalOf(value: number, keep: { count: number } | undefined): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  return keep === undefined ? trim(shortest(value)) : roundTo(exact(value), keep.count);
}

const LEADING = 1n << 52n;

/** Keeps that many hexadecimal digits after the point, rounding half to even. */
function roundHex(mantissa: bigint, precision: number): bigint {
  const drop = BigInt(52 - 4 * precision);
  const half = 1n << (drop - 1n);
  const rest = mantissa & ((1n << drop) - 1n);
  const kept = mantissa >> drop;
  const up = rest > half || (rest === half && kept % 2n === 1n);
  return (kept + (up ? 1n : 0n)) << drop;
}

function normalized(value: number): { mantissa: bigint; exponent: number } {
  let { mantissa, exponent } = parts(value);
  for (; mantissa < LEADING; exponent--) mantissa <<= 1n;
  return { mantissa, exponent: exponent + 52 };
}

function hexFloat(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = normalized(value);
  if (precision >= 0 && precision < 13) {
    mantissa = roundHex(mantissa, precision);
    if (mantissa >= 2n * LEADING) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const all = (mantissa % LEADING).toString(16).padStart(13, '0');
  const kept =
    precision < 0 ? all.replace(/0+$/, '') : all.slice(0, precision).padEnd(precision, '0');
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `0x1${kept === '' ? '' : `.${kept}`}p${exponent < 0 ? '-' : '+'}${power}`;
}

function fixedFloat(value: number, precision: number): string {
  const decimal = decimalOf(value, precision < 0 ? undefined : placesOf(value, precision));
  const places = Math.max(decimal.digits.length - decimal.point, 0);
  return fixed(decimal, precision < 0 ? places : precision);
}

function exponentFloat(value: number, precision: number, e: string): string {
  const decimal = decimalOf(value, precision < 0 ? undefined : { count: precision + 1 });
  return exponential(decimal, precision < 0 ? decimal.digits.length - 1 : precision, e);
}

function binaryFloat(value: number): string {
  const { mantissa, exponent } = parts(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

const verbs: Readonly<Record<string, (value: number, precision: number) => string>> = {
  f: fixedFloat,
  e: (value, precision) => exponentFloat(value, precision, 'e'),
  E: (value, precision) => exponentFloat(value, precision, 'E'),
  g: (value, precision) => general(value, precision, 'e'),
  G: (value, precision) => general(value, precision, 'E'),
  b: binaryFloat,
  x: hexFloat,
  X: (value, precision) => hexFloat(value, precision).toUpperCase(),
};

/** How many digits stay when `precision` of them follow the point. */
function placesOf(value: number, precision: number): { count: number } {
  return value === 0 ? { count: 0 } : { count: exact(value).point + precision };
}

/**
 * A float64 as Go's strconv.FormatFloat writes it: verb `e E f g G b x X`, precision -1 for the
 * shortest text that reads back the same. `NaN`, `+Inf` and `-Inf` have names.
 */
export function formatFloat(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const isNegative = value < 0 || Object.is(value, -0);
  return (isNegative ? '-' : '') + verbs[verb]!(Math.abs(value), precision);
}

/** A float64 as `%v` prints it. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && value > -1e6 && value < 1e6) {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  return formatFloat(value, 'g', -1);
}
