import { GoError } from '../../../template-error.ts';
import { quoteRune } from '../../../format/index.ts';

/** The end of the text, as a character. */
export const END = '';

export const isBlank = (char: string): boolean => char === ' ' || char === '\t';
export const isNewline = (char: string): boolean => char === '\n' || char === '\r';
export const isDigit = (char: string): boolean => /^[0-9]$/.test(char);

/** A character as Go's `%q` shows it; the end is a zero. */
export function shownCharacter(char: string): string {
  return quoteRune(char.codePointAt(0) ?? 0);
}

/** Goes through a TOML text character by character, and fails in the words of Go's decoder. */
export class TomlCursor {
  readonly text: string;
  at = 0;
  /** Counts from 1; a newline that was just read counts. */
  line = 1;
  /** The key being read or set; stands in errors. */
  lastKey: () => string = () => '';
  private isPastEnd = false;

  constructor(text: string) {
    this.text = text;
  }

  /** The next character without taking it. */
  peek(): string {
    if (this.at >= this.text.length) return END;
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.check(char);
    return char;
  }

  private check(char: string): void {
    const isLoneReturn = char === '\r' && this.text[this.at + 1] !== '\n';
    if (/^[\0-\x08\x0b\x0c\x0e-\x1f\x7f]$/.test(char) || isLoneReturn) {
      const code = char.charCodeAt(0).toString(16).padStart(2, '0');
      this.failAt(this.line, `TOML files cannot contain control characters: '0x${code}'`);
    }
    if (/^[\udc80-\udcff]$/.test(char)) {
      const byte = (char.charCodeAt(0) - 0xdc00).toString(16);
      this.failAt(this.line, `invalid UTF-8 byte: 0x${byte}`);
    }
  }

  /** Takes the next character. */
  next(): string {
    const char = this.peek();
    this.isPastEnd = char === END;
    if (char === '\n') this.line++;
    this.at += char.length;
    return char;
  }

  accept(char: string): boolean {
    if (this.peek() !== char) return false;
    this.next();
    return true;
  }

  skip(pattern: (char: string) => boolean): void {
    while (this.peek() !== END && pattern(this.peek())) this.next();
  }

  skipBlanks(): void {
    this.skip(isBlank);
  }

  /** Fails at the present line; at the end of the text, on the last line that has something. */
  fail(message: string): never {
    const isAfterNewline = this.isPastEnd && this.text[this.at - 1] === '\n';
    this.failAt(isAfterNewline ? this.line - 1 : this.line, message);
  }

  /** Fails on the line before: for a newline that was read where none may be. */
  failBefore(message: string): never {
    this.failAt(this.line - 1, message);
  }

  /** As `fail`, but the end of the text counts as a line of its own before which the fault is. */
  failEscape(char: string): never {
    const shown = char === END ? '\0' : char;
    this.failAt(char === END ? this.line - 1 : this.line, `invalid escape in string '\\${shown}'`);
  }

  failAt(line: number, message: string): never {
    const key = this.lastKey();
    const where = key === '' ? '' : ` (last key ${JSON.stringify(key)})`;
    throw new GoError(`toml: line ${line}${where}: ${message}`);
  }
}
