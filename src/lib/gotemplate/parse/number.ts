import { GoError } from '../template-error.ts';
import { quote } from '../format/quote.ts';
import type { NumberNode } from './node.ts';
import { unquoteChar } from './unquote.ts';

const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;

type Shape = Omit<NumberNode, 'kind' | 'pos' | 'text'>;

const none: Shape = { int: undefined, uint: undefined, float: undefined, complex: undefined };

// Underscores may stand between digits, and after a base prefix.
const integer =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)$/;
const decimalFloat = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;

/** The value of an integer text with any of Go's prefixes, of any size. */
export function parseInteger(text: string): bigint | undefined {
  if (!integer.test(text)) return undefined;
  const plain = text.replaceAll('_', '').toLowerCase();
  const digits = plain.replace(/^[+-]/, '');
  const isOctal = /^0[0-7]+$/.test(digits);
  const size = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return plain.startsWith('-') ? -size : size;
}

/** A float text as Go's ParseFloat reads it: `undefined` when it is not one or is too large. */
export function parseFloatText(literal: string): number | undefined {
  const text = withoutUnderscores(literal);
  if (text === undefined) return undefined;
  if (decimalFloat.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const hex = hexFloat.exec(text);
  if (hex === null) return undefined;
  const [, sign, whole = '', fraction = '', power] = hex;
  if (whole + fraction === '') return undefined;
  const mantissa = Number.parseInt(whole + fraction, 16) || 0;
  const value = mantissa * 2 ** (Number(power) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return sign === '-' ? -value : value;
}

/** Underscores may stand between digits and after a base prefix; anywhere else they are wrong. */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text;
  const isHex = /^[+-]?0[xX]/.test(text);
  const stray = isHex ? /_(?![0-9a-fA-F])|[^0-9a-fA-FxX]_/ : /_(?![0-9])|(?:^|[^0-9])_/;
  return stray.test(text) ? undefined : text.replaceAll('_', '');
}

function fromFloat(float: number): Shape {
  const whole = Number.isInteger(float) ? BigInt(float) : undefined;
  const int = whole !== undefined && whole >= -maxInt - 1n && whole <= maxInt ? whole : undefined;
  const uint = whole !== undefined && whole >= 0n && whole <= maxUint ? whole : undefined;
  return { ...none, int, uint, float };
}

function fromInteger(value: bigint, text: string): Shape {
  const signed = /^[+-]/.test(text);
  const int = value >= -maxInt - 1n && value <= maxInt ? value : undefined;
  const uint = (!signed && value <= maxUint) || int === 0n ? value : undefined;
  if (int === undefined && uint === undefined) return none;
  return { ...none, int, uint, float: Number(value) };
}

function fromComplex(re: number, im: number): Shape {
  const complex = [re, im] as const;
  return im === 0 ? { ...fromFloat(re), complex } : { ...none, complex };
}

function parseChar(text: string): Shape {
  const { code, rest } = unquoteChar(text.slice(1), "'");
  if (rest !== "'") throw new GoError(`malformed character constant: ${text}`);
  const value = BigInt(code);
  return { ...none, int: value, uint: value, float: code };
}

function parseComplex(text: string): Shape {
  const cut = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
  const before = text[cut - 1];
  const at =
    before === 'e' || before === 'E'
      ? Math.max(text.lastIndexOf('+', cut - 1), text.lastIndexOf('-', cut - 1))
      : cut;
  const re = parseFloatText(text.slice(0, at));
  const im = parseFloatText(text.slice(at, -1));
  if (re === undefined || im === undefined)
    throw new GoError('syntax error scanning complex number');
  return fromComplex(re, im);
}

function parseNumber(text: string): Shape {
  if (text.endsWith('i')) {
    const im = parseFloatText(text.slice(0, -1));
    if (im !== undefined) return fromComplex(0, im);
  }
  const whole = parseInteger(text);
  const shape = whole === undefined ? none : fromInteger(whole, text);
  if (shape.float !== undefined) return shape;
  const float = parseFloatText(text) ?? (whole === undefined ? undefined : Number(whole));
  if (float !== undefined) {
    if (!/[.eEpP]/.test(text)) throw new GoError(`integer overflow: ${quote(text)}`);
    return fromFloat(float);
  }
  throw new GoError(`illegal number syntax: ${quote(text)}`);
}

const readers: Readonly<Record<string, (text: string) => Shape>> = {
  charConstant: parseChar,
  complex: parseComplex,
  number: parseNumber,
};

/** Reads a number token into every kind it can be. Throws `GoError` with Go's text. */
export function numberNode(pos: number, text: string, kind: string): NumberNode {
  return { kind: 'number', pos, text, ...readers[kind]!(text) };
}
