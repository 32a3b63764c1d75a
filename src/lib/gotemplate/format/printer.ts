import {
  checkNesting,
  elementOf,
  GoComplex,
  GoNumber,
  HostObject,
  isList,
  isMap,
  isTypedNil,
  isUnsigned,
  itemsOf,
  sortText,
  toBytes,
  typeName,
} from '../value/index.ts';
import { floatDigits, integerDigits } from './number-text.ts';
import { canBackquote, isPrintable, quote, quoteRune } from './quote.ts';
import { pad, type Spec, truncate } from './spec.ts';

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

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
    checkNesting(depth);
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
    if (verb === 'v' && this.spec.sharpV && !of.signed) {
      return integerDigits({ ...this.spec, sharp: true }, size, 16, 'x');
    }
    const base = bases[verb];
    if (base !== undefined) return integerDigits(this.spec, size, base, verb);
    switch (verb) {
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

  private float(number: number, verb: string, value: unknown): string {
    switch (verb) {
      case 'v':
        return floatDigits(this.spec, number, 'g', -1);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return floatDigits(this.spec, number, verb, -1);
      case 'f':
      case 'F':
        return floatDigits(this.spec, number, 'f', 6);
      case 'e':
      case 'E':
        return floatDigits(this.spec, number, verb, 6);
      default:
        return this.bad(verb, value);
    }
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
            ? integerDigits({ ...this.spec, sharp: true }, BigInt(byte), 16, 'x')
            : integerDigits(this.spec, BigInt(byte), 10, 'd'),
        );
        return this.spec.sharpV ? `${name}{${items.join(', ')}}` : `[${items.join(' ')}]`;
      }
      default:
        return `[${itemsOf(bytes)
          .map((item) => this.print(item, verb, 1))
          .join(' ')}]`;
    }
  }

  private element(value: unknown, verb: string, of: object, depth: number): string {
    if ((value === null || value === undefined) && elementOf(of) !== 'interface {}') {
      return this.spec.sharpV ? `(${elementOf(of)})(nil)` : '<nil>';
    }
    return this.print(value, verb, depth + 1);
  }

  private list(items: unknown[] | Uint8Array, verb: string, depth: number): string {
    const shown = itemsOf(items).map((item) => this.element(item, verb, items, depth));
    if (!this.spec.sharpV) return `[${shown.join(' ')}]`;
    if (isTypedNil(items)) return `${typeName(items)}(nil)`;
    return `${typeName(items)}{${shown.join(', ')}}`;
  }

  private map(map: Record<string, unknown>, verb: string, depth: number): string {
    if (this.spec.sharpV && isTypedNil(map)) return `${typeName(map)}(nil)`;
    const shown = sortText(Object.keys(map)).map(
      (key) => `${this.print(key, verb, 1)}:${this.element(map[key], verb, map, depth)}`,
    );
    return this.spec.sharpV ? `${typeName(map)}{${shown.join(', ')}}` : `map[${shown.join(' ')}]`;
  }

  private nilHost(name: string, verb: string): string {
    if (this.spec.sharpV) return `(${name})(nil)`;
    return verb === 'v' || verb === 's' ? pad('<nil>', this.spec) : `%!${verb}(${name}=<nil>)`;
  }

  private host(object: HostObject, verb: string, depth: number): string {
    const { type, value } = object;
    if (value === null) return this.nilHost(type.name, verb);
    const { sharpV } = this.spec;
    if (sharpV && type.goText !== undefined) return type.goText(value as never);
    const isStringable = !sharpV && !this.isErroring && 'vsxXq'.includes(verb);
    if (type.text !== undefined && isStringable) {
      return this.string(type.text(value as never), verb);
    }
    if (type.kind === 'ptr' && depth > 0) return this.pointer(object, verb);
    return (type.kind === 'ptr' ? '&' : '') + this.struct(object, verb);
  }

  /** A pointer inside of something shows as an address, which is never the same twice. */
  private pointer(object: HostObject, verb: string): string {
    if (verb === 'v') return '0xc000000000';
    if (bases[verb] !== undefined) return this.print(0xc000000000n, verb);
    return this.bad(verb, object);
  }

  private struct({ type, value }: HostObject, verb: string): string {
    const withNames = this.spec.plusV || this.spec.sharpV;
    const entries =
      type.printed?.(value as never) ??
      Object.entries(type.fields).map(([name, read]) => [name, read(value as never)] as const);
    const fields = entries.map(
      ([name, field]) => (withNames ? `${name}:` : '') + this.print(field, verb, 1),
    );
    if (!this.spec.sharpV) return `{${fields.join(' ')}}`;
    return `${type.name.replace(/^\*/, '')}{${fields.join(', ')}}`;
  }
}
