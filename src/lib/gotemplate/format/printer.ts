import {
  elementOf,
  GoComplex,
  GoNumber,
  HostObject,
  isList,
  isMap,
  isTypedNil,
  isUnsigned,
  itemsOf,
  runesOf,
  sortText,
  toBytes,
  typeName,
} from '../value/index.ts';
import { formatFloat } from './float.ts';
import { canBackquote, isPrintable, quote, quoteRune } from './quote.ts';

/** The flags, width and precision of one verb. */
export interface Spec {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%#v` and `%+v`: then `sharp` and `plus` are off. */
  sharpV: boolean;
  plusV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

/** A verb without any flag. */
export function plainSpec(): Spec {
  return {
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    sharpV: false,
    plusV: false,
    width: undefined,
    precision: undefined,
  };
}

function pad(text: string, spec: Spec, zero = spec.zero): string {
  if (spec.width === undefined) return text;
  const missing = spec.width - runesOf(text).length;
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + text;
}

function truncate(text: string, spec: Spec): string {
  if (spec.precision === undefined || spec.precision >= text.length) return text;
  return runesOf(text).slice(0, spec.precision).join('');
}

/** Formats Go values by verb, as package fmt does. Errors stand in the text (`%!d(string=x)`). */
export class Printer {
  private readonly spec: Spec;
  /** While a bad verb's value is shown, its own text is not asked for. */
  private readonly isErroring: boolean;

  constructor(spec: Spec, isErroring = false) {
    this.spec = spec;
    this.isErroring = isErroring;
  }

  /** The text of a value; `depth` is 0 for an argument itself, more inside lists, maps and structs. */
  print(value: unknown, verb: string, depth = 0): string {
    switch (typeof value) {
      case 'string':
        return this.string(value, verb);
      case 'number':
        return this.float(value, verb, value);
      case 'bigint':
        return this.integer(value, verb, { signed: true, value });
      case 'boolean':
        return verb === 't' || verb === 'v' ? pad(String(value), this.spec) : this.bad(verb, value);
      case 'object':
        return value === null ? this.nil(verb, depth) : this.object(value, verb, depth);
      default:
        return this.nil(verb, depth);
    }
  }

  private nil(verb: string, depth: number): string {
    if (depth > 0) {
      if (this.spec.sharpV) return 'interface {}(nil)';
      return '<nil>';
    }
    return verb === 'v' || verb === 'T' ? pad('<nil>', this.spec) : `%!${verb}(<nil>)`;
  }

  /** `%!verb(type=value)`; the value is shown with the same flags. */
  private bad(verb: string, value: unknown): string {
    const inner = new Printer(this.spec, true);
    return `%!${verb}(${typeName(value)}=${inner.print(value, 'v')})`;
  }

  private object(value: object, verb: string, depth: number): string {
    if (value instanceof GoNumber) return this.number(value, verb);
    if (value instanceof HostObject) return this.host(value, verb, depth);
    if (value instanceof Uint8Array) return this.bytes(value, verb, depth);
    if (isList(value)) return this.list(value, verb, depth);
    if (isMap(value)) return this.map(value, verb, depth);
    if (value instanceof GoComplex) return this.complex(value, verb);
    return '<nil>';
  }

  private number(number: GoNumber, verb: string): string {
    if (number.kind === 'float32') return this.float(Number(number.value), verb, number);
    const signed = !isUnsigned(number.kind);
    return this.integer(BigInt(number.value), verb, { signed, value: number });
  }

  private integer(size: bigint, verb: string, of: { signed: boolean; value: unknown }): string {
    switch (verb) {
      case 'v':
        if (this.spec.sharpV && !of.signed) return this.digits(size, 16, 'x', true);
        return this.digits(size, 10, verb);
      case 'd':
        return this.digits(size, 10, verb);
      case 'b':
        return this.digits(size, 2, verb);
      case 'o':
      case 'O':
        return this.digits(size, 8, verb);
      case 'x':
      case 'X':
        return this.digits(size, 16, verb);
      case 'c':
        return pad(this.char(size), this.spec);
      case 'q':
        return pad(quoteRune(this.codeOf(size), this.spec.plus), this.spec);
      case 'U':
        return this.unicode(BigInt.asUintN(64, size));
      default:
        return this.bad(verb, of.value);
    }
  }

  private codeOf(size: bigint): number {
    const unsigned = BigInt.asUintN(64, size);
    return unsigned > 0x10ffffn ? 0xfffd : Number(unsigned);
  }

  private char(size: bigint): string {
    const code = this.codeOf(size);
    return String.fromCodePoint(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
  }

  private unicode(code: bigint): string {
    const width = Math.max(this.spec.precision ?? 4, 4);
    const hex = code.toString(16).toUpperCase().padStart(width, '0');
    const isShown = this.spec.sharp && code <= 0x10ffffn && isPrintable(Number(code));
    const char = isShown ? ` '${String.fromCodePoint(Number(code))}'` : '';
    return pad(`U+${hex}${char}`, this.spec, false);
  }

  private digits(size: bigint, base: number, verb: string, sharp = this.spec.sharp): string {
    const { spec } = this;
    if (spec.precision === 0 && size === 0n) return ' '.repeat(spec.width ?? 0);
    const isNegative = size < 0n;
    let text = (isNegative ? -size : size).toString(base);
    if (verb === 'X') text = text.toUpperCase();
    let wanted = spec.precision ?? 0;
    if (spec.precision === undefined && spec.zero && !spec.minus && spec.width !== undefined) {
      wanted = isNegative || spec.plus || spec.space ? spec.width - 1 : spec.width;
    }
    text = this.prefix(text.padStart(wanted, '0'), base, verb, sharp);
    if (isNegative) text = `-${text}`;
    else if (spec.plus) text = `+${text}`;
    else if (spec.space) text = ` ${text}`;
    return pad(text, spec, false);
  }

  private prefix(text: string, base: number, verb: string, sharp: boolean): string {
    let out = text;
    if (sharp && base === 2) out = `0b${out}`;
    if (sharp && base === 8 && !out.startsWith('0')) out = `0${out}`;
    if (sharp && base === 16) out = `0${verb === 'X' ? 'X' : 'x'}${out}`;
    return verb === 'O' ? `0o${out}` : out;
  }

  private float(number: number, verb: string, value: unknown): string {
    switch (verb) {
      case 'v':
        return this.floatDigits(number, 'g', -1);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return this.floatDigits(number, verb, -1);
      case 'f':
      case 'F':
        return this.floatDigits(number, 'f', 6);
      case 'e':
      case 'E':
        return this.floatDigits(number, verb, 6);
      default:
        return this.bad(verb, value);
    }
  }

  private floatDigits(number: number, verb: string, usual: number): string {
    const { spec } = this;
    const precision = spec.precision ?? usual;
    const text = formatFloat(number, verb, precision);
    let sign = text.startsWith('-') ? '-' : '+';
    let digits = text.replace(/^[+-]/, '');
    if (spec.space && sign === '+' && !spec.plus) sign = ' ';
    if (!Number.isFinite(number)) {
      const hidden = Number.isNaN(number) ? !spec.space && !spec.plus : false;
      const shown = !hidden && (spec.plus || sign !== '+') ? sign + digits : digits;
      return pad(shown, spec, false);
    }
    if (spec.sharp && verb !== 'b') digits = sharpen(digits, verb, precision);
    if (!spec.plus && sign === '+') return pad(digits, spec);
    if (spec.zero && !spec.minus && spec.width !== undefined) {
      return sign + digits.padStart(spec.width - 1, '0');
    }
    return pad(sign + digits, spec);
  }

  private complex(value: GoComplex, verb: string): string {
    if (!'vbgGxXfFeE'.includes(verb)) return this.bad(verb, value);
    const imaginary = new Printer({ ...this.spec, plus: true }, this.isErroring);
    return `(${this.float(value.re, verb, value)}${imaginary.float(value.im, verb, value)}i)`;
  }

  private string(text: string, verb: string): string {
    switch (verb) {
      case 'v':
        return this.spec.sharpV ? this.quoted(text) : pad(truncate(text, this.spec), this.spec);
      case 's':
        return pad(truncate(text, this.spec), this.spec);
      case 'q':
        return this.quoted(text);
      case 'x':
      case 'X':
        return this.hexBytes(toBytes(text), verb);
      default:
        return this.bad(verb, text);
    }
  }

  private quoted(text: string): string {
    const shown = truncate(text, this.spec);
    if (this.spec.sharp && canBackquote(shown)) return pad(`\`${shown}\``, this.spec);
    return pad(quote(shown, this.spec.plus), this.spec);
  }

  private hexBytes(all: Uint8Array, verb: 'x' | 'X'): string {
    const { spec } = this;
    const bytes = all.subarray(0, spec.precision);
    const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
    if (pairs.length === 0) return pad('', spec);
    const lead = spec.sharp ? '0x' : '';
    const text = spec.space ? pairs.map((pair) => lead + pair).join(' ') : lead + pairs.join('');
    return pad(verb === 'X' ? text.toUpperCase() : text, spec);
  }

  private bytes(bytes: Uint8Array, verb: string, depth: number): string {
    const name = depth === 0 ? '[]byte' : '[]uint8';
    switch (verb) {
      case 's':
        return pad(truncate(new TextDecoder().decode(bytes), this.spec), this.spec);
      case 'q':
        return this.quoted(new TextDecoder().decode(bytes));
      case 'x':
      case 'X':
        return this.hexBytes(bytes, verb);
      case 'v':
      case 'd': {
        const items = Array.from(bytes, (byte) =>
          this.spec.sharpV
            ? this.digits(BigInt(byte), 16, 'x', true)
            : this.digits(BigInt(byte), 10, 'd'),
        );
        return this.spec.sharpV ? `${name}{${items.join(', ')}}` : `[${items.join(' ')}]`;
      }
      default:
        return `[${itemsOf(bytes)
          .map((item) => this.print(item, verb, 1))
          .join(' ')}]`;
    }
  }

  private element(value: unknown, verb: string, of: object): string {
    if ((value === null || value === undefined) && elementOf(of) !== 'interface {}') {
      return this.spec.sharpV ? `(${elementOf(of)})(nil)` : '<nil>';
    }
    return this.print(value, verb, 1);
  }

  private list(items: unknown[] | Uint8Array, verb: string, _depth: number): string {
    const shown = itemsOf(items).map((item) => this.element(item, verb, items));
    if (!this.spec.sharpV) return `[${shown.join(' ')}]`;
    if (isTypedNil(items)) return `${typeName(items)}(nil)`;
    return `${typeName(items)}{${shown.join(', ')}}`;
  }

  private map(map: Record<string, unknown>, verb: string, _depth: number): string {
    if (this.spec.sharpV && isTypedNil(map)) return `${typeName(map)}(nil)`;
    const shown = sortText(Object.keys(map)).map(
      (key) => `${this.print(key, verb, 1)}:${this.element(map[key], verb, map)}`,
    );
    return this.spec.sharpV ? `${typeName(map)}{${shown.join(', ')}}` : `map[${shown.join(' ')}]`;
  }

  private host(object: HostObject, verb: string, depth: number): string {
    const { type, value } = object;
    if (value === null) {
      if (this.spec.sharpV) return `(${type.name})(nil)`;
      return verb === 'v' || verb === 's'
        ? pad('<nil>', this.spec)
        : `%!${verb}(${type.name}=<nil>)`;
    }
    const isStringable = !this.spec.sharpV && 'vsxXq'.includes(verb);
    if (type.text !== undefined && isStringable && !this.isErroring) {
      return this.string(type.text(value as never), verb);
    }
    if (this.spec.sharpV && type.goText !== undefined) return type.goText(value as never);
    if (type.kind === 'ptr' && depth > 0) return '0xc000000000';
    return (type.kind === 'ptr' ? '&' : '') + this.struct(object, verb);
  }

  private struct({ type, value }: HostObject, verb: string): string {
    const withNames = this.spec.plusV || this.spec.sharpV;
    const fields = Object.entries(type.fields).map(
      ([name, read]) => (withNames ? `${name}:` : '') + this.print(read(value as never), verb, 1),
    );
    if (!this.spec.sharpV) return `{${fields.join(' ')}}`;
    return `${type.name.replace(/^\*/, '')}{${fields.join(', ')}}`;
  }
}

/** `%#g`: always a decimal point, and for g the trailing zeros up to the precision. */
function sharpen(text: string, verb: string, precision: number): string {
  let wanted = 0;
  if ('gGxX'.includes(verb)) wanted = precision < 0 ? 6 : precision;
  if (verb === 'X') wanted = 0;
  const isHex = verb === 'x' || verb === 'X';
  const cut = isHex ? text.search(/[pP]/) : text.search(/[eE]/);
  let digits = cut < 0 ? text : text.slice(0, cut);
  const tail = cut < 0 ? '' : text.slice(cut);
  const significant = digits.replace('.', '').replace(/^[0xX]*/, '').length;
  let missing = wanted - significant;
  if (isHex) missing = wanted - digits.replace('.', '').replace(/^0+/, '').length;
  if (!digits.includes('.')) {
    if (digits === '0') missing--;
    digits += '.';
  }
  return digits + '0'.repeat(Math.max(missing, 0)) + tail;
}
