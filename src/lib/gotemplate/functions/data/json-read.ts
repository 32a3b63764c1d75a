import { quoteRune } from '../../format/index.ts';
import { GoError } from '../../template-error.ts';
import { hasEscapedKey, readKnownJson } from './json-escaped-keys.ts';

const SPACE = /[ \t\r\n]/;

function shown(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  return quoteRune(char.codePointAt(0)!);
}

/** Finds what is wrong with a text that is not JSON, in the words of Go's scanner. */
class Checker {
  private readonly text: string;
  private pos = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  run(): void {
    this.value('looking for beginning of value');
    this.space();
    if (this.pos < this.text.length) throw this.bad('after top-level value');
  }

  private bad(context: string): GoError {
    const code = this.text.codePointAt(this.pos);
    if (code === undefined) {
      // Go's scanner tries a blank at the end: inside a word, a number or an escape it is wrong.
      const isOpen = /^in literal|numeric literal|escape/.test(context);
      return new GoError(
        isOpen ? `invalid character ' ' ${context}` : 'unexpected end of JSON input',
      );
    }
    // Go's scanner reads bytes: beyond ASCII it names the first of them.
    const char =
      code < 0x80
        ? String.fromCodePoint(code)
        : String.fromCharCode(Buffer.from(String.fromCodePoint(code))[0]!);
    return new GoError(`invalid character ${shown(char)} ${context}`);
  }

  private space(): void {
    while (SPACE.test(this.text[this.pos] ?? '')) this.pos++;
  }

  private value(context: string): void {
    if (++this.depth > 10000) throw new GoError('exceeded max depth');
    this.space();
    const char = this.text[this.pos];
    if (char === '{') this.object();
    else if (char === '[') this.array();
    else if (char === '"') this.string();
    else if (char === '-' || /[0-9]/.test(char ?? '')) this.number();
    else if (char === 't') this.word('true');
    else if (char === 'f') this.word('false');
    else if (char === 'n') this.word('null');
    else throw this.bad(context);
    this.depth--;
  }

  private word(word: string): void {
    for (const [i, char] of Array.from(word).entries()) {
      if (i > 0 && this.text[this.pos] !== char) {
        throw this.bad(`in literal ${word} (expecting ${shown(char)})`);
      }
      this.pos++;
    }
  }

  private object(): void {
    this.pos++;
    this.space();
    if (this.text[this.pos] === '}') {
      this.pos++;
      return;
    }
    let context = 'looking for beginning of object key string';
    for (;;) {
      this.space();
      if (this.text[this.pos] !== '"') throw this.bad(context);
      this.string();
      this.space();
      if (this.text[this.pos] !== ':') throw this.bad('after object key');
      this.pos++;
      this.value('looking for beginning of value');
      this.space();
      const char = this.text[this.pos];
      if (char !== '}' && char !== ',') throw this.bad('after object key:value pair');
      this.pos++;
      if (char === '}') return;
      context = 'looking for beginning of object key string';
    }
  }

  private array(): void {
    this.pos++;
    this.space();
    if (this.text[this.pos] === ']') {
      this.pos++;
      return;
    }
    for (;;) {
      this.value('looking for beginning of value');
      this.space();
      const char = this.text[this.pos];
      if (char !== ']' && char !== ',') throw this.bad('after array element');
      this.pos++;
      if (char === ']') return;
    }
  }

  private string(): void {
    for (this.pos++; ; this.pos++) {
      const char = this.text[this.pos];
      if (char === undefined || char < ' ') throw this.bad('in string literal');
      if (char === '"') break;
      if (char === '\\') this.escape();
    }
    this.pos++;
  }

  private escape(): void {
    this.pos++;
    const char = this.text[this.pos] ?? '';
    if (char === 'u') {
      for (let i = 0; i < 4; i++) {
        this.pos++;
        if (!/[0-9a-fA-F]/.test(this.text[this.pos] ?? ''))
          throw this.bad('in \\u hexadecimal character escape');
      }
    } else if (char === '' || !'bfnrt\\/"'.includes(char)) throw this.bad('in string escape code');
  }

  private digits(context: string): void {
    if (!/[0-9]/.test(this.text[this.pos] ?? '')) throw this.bad(context);
    while (/[0-9]/.test(this.text[this.pos] ?? '')) this.pos++;
  }

  private number(): void {
    if (this.text[this.pos] === '-') this.pos++;
    if (this.text[this.pos] === '0') this.pos++;
    else this.digits('in numeric literal');
    if (this.text[this.pos] === '.') {
      this.pos++;
      this.digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text[this.pos] ?? '')) {
      this.pos++;
      if (/[+-]/.test(this.text[this.pos] ?? '')) this.pos++;
      this.digits('in exponent of numeric literal');
    }
  }
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Refuses a number that is too large for a float64. */
function checkNumbers(text: string): void {
  for (const [token] of text.matchAll(stringOrNumber)) {
    if (token.startsWith('"') || Number.isFinite(Number(token))) continue;
    throw new GoError(`json: cannot unmarshal number ${token} into Go value of type float64`);
  }
}

/** json.Unmarshal into an interface{}. Throws `GoError` with Go's text. */
export function readJson(text: string): unknown {
  const whole = text.toWellFormed();
  try {
    const parsed: unknown = JSON.parse(whole);
    const value = hasEscapedKey(whole) ? readKnownJson(whole) : parsed;
    if (/\d[eE]\+?\d{3}/.test(whole)) checkNumbers(whole);
    return value;
  } catch (thrown) {
    if (thrown instanceof GoError) throw thrown;
    new Checker(whole).run();
    throw new GoError('exceeded max depth');
  }
}

const jsonKinds: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
};

/** Refuses a document of the wrong shape, as decoding into that Go type does. `null` leaves the target as it was. */
export function expectShape<T>(value: unknown, shape: 'map' | 'list', empty: T): T {
  const isRight =
    shape === 'list' ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value);
  if (value === null) return empty;
  if (isRight) return value as T;
  const name = jsonKinds[typeof value] ?? (Array.isArray(value) ? 'array' : 'object');
  const type = shape === 'map' ? 'map[string]interface {}' : '[]interface {}';
  throw new GoError(`json: cannot unmarshal ${name} into Go value of type ${type}`);
}
