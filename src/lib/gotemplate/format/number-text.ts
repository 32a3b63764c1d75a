import { formatFloat } from './float.ts';
import { pad, type Spec } from './spec.ts';

function prefix(text: string, base: number, verb: string, sharp: boolean): string {
  let out = text;
  if (sharp && base === 2) out = `0b${out}`;
  if (sharp && base === 8 && !out.startsWith('0')) out = `0${out}`;
  if (sharp && base === 16) out = `0${verb === 'X' ? 'X' : 'x'}${out}`;
  return verb === 'O' ? `0o${out}` : out;
}

function signOf(isNegative: boolean, spec: Spec): string {
  if (isNegative) return '-';
  if (spec.plus) return '+';
  return spec.space ? ' ' : '';
}

/** How many digits there must be, from the precision or from zeros that fill the width. */
function wantedDigits(spec: Spec, sign: string): number {
  if (spec.precision !== undefined) return spec.precision;
  const fills = spec.zero && !spec.minus && spec.width !== undefined;
  return fills ? spec.width! - sign.length : 0;
}

/** An integer in a base with a verb's flags. */
export function integerDigits(spec: Spec, size: bigint, base: number, verb: string): string {
  if (spec.precision === 0 && size === 0n) return ' '.repeat(spec.width ?? 0);
  const isNegative = size < 0n;
  const sign = signOf(isNegative, spec);
  const digits = (isNegative ? -size : size).toString(base);
  const shown = (verb === 'X' ? digits.toUpperCase() : digits).padStart(
    wantedDigits(spec, sign),
    '0',
  );
  return pad(sign + prefix(shown, base, verb, spec.sharp), spec, false);
}

/** Digits that count for a precision. */
function significant(digits: string, isHex: boolean): number {
  const bare = digits.replace('.', '');
  return bare.replace(isHex ? /^0+/ : /^[0xX]*/, '').length;
}

/** `%#g`: always a decimal point, and for g the trailing zeros up to the precision. */
function sharpen(text: string, verb: string, precision: number): string {
  const isHex = verb === 'x' || verb === 'X';
  const counts = verb === 'g' || verb === 'G' || verb === 'x';
  const wanted = precision < 0 ? 6 : precision;
  const cut = text.search(isHex ? /[pP]/ : /[eE]/);
  let digits = cut < 0 ? text : text.slice(0, cut);
  let missing = counts ? wanted - significant(digits, isHex) : 0;
  if (!digits.includes('.')) {
    if (digits === '0') missing--;
    digits += '.';
  }
  return digits + '0'.repeat(Math.max(missing, 0)) + (cut < 0 ? '' : text.slice(cut));
}

function notFinite(text: string, spec: Spec): string {
  if (text === 'NaN') return pad(signOf(false, spec) + text, spec, false);
  // An infinity has its sign in any case.
  const sign = signOf(text.startsWith('-'), spec) || '+';
  return pad(sign + text.slice(1), spec, false);
}

/** A float with a verb's flags; `usual` is the precision when none is given. */
export function floatDigits(spec: Spec, number: number, verb: string, usual: number): string {
  const precision = spec.precision ?? usual;
  const text = formatFloat(number, verb, precision);
  if (!Number.isFinite(number)) return notFinite(text, spec);
  const sign = signOf(text.startsWith('-'), spec);
  const bare = text.replace(/^-/, '');
  const digits = spec.sharp && verb !== 'b' ? sharpen(bare, verb, precision) : bare;
  if (sign !== '' && spec.zero && !spec.minus && spec.width !== undefined) {
    return sign + digits.padStart(spec.width - 1, '0');
  }
  return pad(sign + digits, spec);
}
