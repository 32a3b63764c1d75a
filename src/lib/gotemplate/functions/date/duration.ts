import { quote } from '../../format/index.ts';
import { GoError } from '../../template-error.ts';
import { HostObject, type HostType, int64 } from '../../value/index.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

export const SECOND = 1_000_000_000n;

function fraction(value: bigint, unit: bigint): string {
  const whole = value / unit;
  const rest = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return rest === '' ? whole.toString() : `${whole}.${rest}`;
}

/** A time in nanoseconds as Go's Duration prints it: `1h2m3.5s`, `1.5ms`, `0s`. */
export function durationText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  if (size === 0n) return '0s';
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${fraction(size, 1000n)}µs`;
  if (size < SECOND) return `${sign}${fraction(size, 1_000_000n)}ms`;
  const hours = size / units.h!;
  const minutes = (size / units.m!) % 60n;
  const seconds = fraction(size % units.m!, SECOND);
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

const LIMIT = 2n ** 63n;

interface Piece {
  readonly nanos: bigint;
  readonly rest: string;
}

/** A number with its unit at the start of a text. */
function takePiece(text: string, whole: string): Piece {
  const [number = '', digits = '', decimals = ''] = /^(\d*)(?:\.(\d*))?/.exec(text)!;
  if (digits + decimals === '') throw invalidDuration(whole);
  const after = text.slice(number.length);
  const name = /^[^.\d]*/.exec(after)![0];
  if (name === '') throw new GoError(`time: missing unit in duration ${quote(whole)}`);
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  if (unit === undefined) {
    throw new GoError(`time: unknown unit ${quote(name)} in duration ${quote(whole)}`);
  }
  const fraction = (BigInt(decimals || '0') * unit) / 10n ** BigInt(decimals.length);
  return { nanos: BigInt(digits || '0') * unit + fraction, rest: after.slice(name.length) };
}

const invalidDuration = (text: string): GoError =>
  new GoError(`time: invalid duration ${quote(text)}`);

/** time.ParseDuration in nanoseconds. Throws `GoError` with Go's text. */
export function parseDuration(text: string): bigint {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') throw invalidDuration(text);
  let total = 0n;
  while (rest !== '') {
    const piece = takePiece(rest, text);
    total += piece.nanos;
    rest = piece.rest;
    if (total > LIMIT) throw invalidDuration(text);
  }
  if (sign !== '-' && total >= LIMIT) throw invalidDuration(text);
  return sign === '-' ? -total : total;
}

const asNumber = (nanos: bigint, unit: bigint): number => Number(nanos) / Number(unit);

const durationType: HostType = {
  name: 'time.Duration',
  kind: 'struct',
  fields: {},
  methods: {
    String: { params: [], call: durationText },
    Hours: { params: [], call: (nanos: bigint) => asNumber(nanos, units.h!) },
    Minutes: { params: [], call: (nanos: bigint) => asNumber(nanos, units.m!) },
    Seconds: { params: [], call: (nanos: bigint) => asNumber(nanos, SECOND) },
    Milliseconds: { params: [], call: (nanos: bigint) => int64(nanos / 1_000_000n) },
    Microseconds: { params: [], call: (nanos: bigint) => int64(nanos / 1000n) },
    Nanoseconds: { params: [], call: (nanos: bigint) => int64(nanos) },
  },
  text: durationText,
  json: (nanos: bigint) => nanos,
};

/** A duration as a template sees it. */
export function goDuration(nanos: bigint): HostObject {
  return new HostObject(durationType, nanos);
}

const rounds: readonly (readonly [bigint, string])[] = [
  [units.h! * 24n * 365n, 'y'],
  [units.h! * 24n * 30n, 'mo'],
  [units.h! * 24n, 'd'],
  [units.h!, 'h'],
  [units.m!, 'm'],
  [SECOND, 's'],
];

/** Sprig's durationRound: the largest unit the duration is more than one of. */
export function durationRound(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const found = rounds.find(([unit]) => size > unit);
  return found === undefined ? '0s' : `${size / found[0]}${found[1]}`;
}
