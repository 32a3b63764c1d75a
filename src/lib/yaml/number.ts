/** The shortest decimal digits of a finite number, and where its point stands (0.d1d2… × 10^point). */
function shortest(value: number): { digits: string; point: number } {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/**
 * A float64 as Go's strconv.FormatFloat(f, 'g', -1, 64): the shortest digits that read back the
 * same, in exponent form below 1e-4 and from 1e+06 on.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0`;
  const { digits, point } = shortest(Math.abs(value));
  return sign + place(digits, point, { from: -4, below: 6 });
}

/** A float32 as Go's strconv.FormatFloat(f, 'g', -1, 32), given as the nearest float64. */
export function formatFloat32(value: number): string {
  const narrow = Math.fround(value);
  if (!Number.isFinite(narrow) || narrow === 0) return formatFloat(narrow);
  for (let precision = 1; precision <= 9; precision++) {
    const text = Number(narrow.toPrecision(precision));
    if (Math.fround(text) === narrow) return formatFloat(text);
  }
  return formatFloat(narrow);
}

function place(digits: string, point: number, plain: { from: number; below: number }): string {
  const exponent = point - 1;
  if (exponent < plain.from || exponent >= plain.below) {
    const sign = exponent < 0 ? '-' : '+';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${digits[0]}${rest}e${sign}${power}`;
  }
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
