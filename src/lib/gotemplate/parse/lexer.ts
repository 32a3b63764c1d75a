import { codePointName, isSpaceCode, isWordCode, trimmedLength, trimStart } from './characters.ts';
import type { Token, TokenKind } from './token.ts';

const keywords = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

const marks: Readonly<Record<string, TokenKind>> = { '=': 'assign', '|': 'pipe' };

/** Cuts a template into tokens, one at a time: what comes later may depend on nothing, but errors do on order. */
export class Lexer {
  private input: string;
  private pos = 0;
  private start = 0;
  private line = 1;
  private startLine = 1;
  private parenDepth = 0;
  private insideAction = false;

  constructor(input: string) {
    this.input = input;
  }

  next(): Token {
    return this.insideAction ? this.lexAction() : this.lexText();
  }

  private token(kind: TokenKind): Token {
    const text = this.input.slice(this.start, this.pos);
    const token = { kind, pos: this.start, text, line: this.startLine };
    this.settle();
    return token;
  }

  /** Begins the next token here and counts the lines passed. */
  private settle(): void {
    for (let i = this.start; i < this.pos; i++) {
      if (this.input.charCodeAt(i) === 0x0a) this.line++;
    }
    this.start = this.pos;
    this.startLine = this.line;
  }

  /** After an error there is nothing left to read. */
  private error(message: string): Token {
    const token: Token = { kind: 'error', pos: this.start, text: message, line: this.startLine };
    this.input = '';
    this.pos = this.start = 0;
    return token;
  }

  private code(ahead = 0): number {
    return this.input.codePointAt(this.pos + ahead) ?? NaN;
  }

  private has(text: string, ahead = 0): boolean {
    return this.input.startsWith(text, this.pos + ahead);
  }

  /** `-` and a blank, just after `{{`. */
  private hasLeftTrim(): boolean {
    return this.code() === 0x2d && isSpaceCode(this.code(1));
  }

  /** A blank and `-}}`. */
  private hasRightTrim(at = 0): boolean {
    return isSpaceCode(this.code(at)) && this.has('-}}', at + 1);
  }

  private lexText(): Token {
    for (;;) {
      const open = this.input.indexOf('{{', this.pos);
      if (open < 0) {
        this.pos = this.input.length;
        return this.token(this.pos > this.start ? 'text' : 'eof');
      }
      this.pos = open + 2;
      const trim = this.hasLeftTrim();
      const end = trim ? this.start + trimmedLength(this.input.slice(this.start, open)) : open;
      this.pos = end;
      const text = this.token('text');
      this.pos = open;
      this.settle();
      if (text.text !== '') return text;
      const token = this.leftDelim(trim);
      if (token !== undefined) return token;
    }
  }

  /** `{{`, or nothing after a comment was passed over. */
  private leftDelim(trim: boolean): Token | undefined {
    const marker = trim ? 2 : 0;
    if (this.has('/*', 2 + marker)) {
      this.pos += 2 + marker;
      this.settle();
      return this.comment();
    }
    this.pos += 2;
    const token = this.token('leftDelim');
    this.insideAction = true;
    this.pos += marker;
    this.settle();
    this.parenDepth = 0;
    return token;
  }

  private comment(): Token | undefined {
    const end = this.input.indexOf('*/', this.pos + 2);
    if (end < 0) return this.error('unclosed comment');
    this.pos = end + 2;
    const trim = this.hasRightTrim();
    if (!trim && !this.has('}}')) return this.error('comment ends before closing delimiter');
    this.pos += trim ? 4 : 2;
    if (trim) this.skipSpaces();
    this.settle();
    return undefined;
  }

  private skipSpaces(): void {
    this.pos += trimStart.exec(this.input.slice(this.pos))?.[0].length ?? 0;
  }

  private rightDelim(): Token {
    const trim = this.hasRightTrim();
    if (trim) {
      this.pos += 2;
      this.settle();
    }
    this.pos += 2;
    const token = this.token('rightDelim');
    if (trim) {
      this.skipSpaces();
      this.settle();
    }
    this.insideAction = false;
    return token;
  }

  private lexAction(): Token {
    if (this.hasRightTrim() || this.has('}}')) {
      return this.parenDepth === 0 ? this.rightDelim() : this.error('unclosed left paren');
    }
    const code = this.code();
    if (Number.isNaN(code)) return this.error('unclosed action');
    if (isSpaceCode(code)) return this.lexSpace();
    const char = String.fromCodePoint(code);
    switch (char) {
      case '"':
        return this.lexQuoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.lexQuoted("'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.lexRawString();
      case '$':
        return this.lexName('variable');
      case '.':
        return this.lexDot();
      default:
        return this.lexOther(char, code);
    }
  }

  private lexOther(char: string, code: number): Token {
    if (/[-+0-9]/.test(char)) return this.lexNumber();
    if (isWordCode(code)) return this.lexIdentifier();
    this.pos += char.length;
    if (char === '(' || char === ')') return this.lexParen(char);
    const kind = marks[char];
    if (kind !== undefined) return this.token(kind);
    if (char === ':') return this.lexDeclare();
    if (code >= 0x20 && code < 0x7f) return this.token('char');
    return this.error(`unrecognized character in action: ${codePointName(code)}`);
  }

  private lexDeclare(): Token {
    if (this.code() !== 0x3d) return this.error('expected :=');
    this.pos++;
    return this.token('declare');
  }

  private lexParen(char: '(' | ')'): Token {
    this.parenDepth += char === '(' ? 1 : -1;
    if (this.parenDepth < 0) return this.error('unexpected right paren');
    return this.token(char === '(' ? 'leftParen' : 'rightParen');
  }

  private lexSpace(): Token {
    let count = 0;
    for (; isSpaceCode(this.code()); count++) this.pos++;
    if (this.hasRightTrim(-1)) {
      this.pos--;
      if (count === 1) return this.rightDelim();
    }
    return this.token('space');
  }

  private lexDot(): Token {
    const next = this.code(1);
    if (next >= 0x30 && next <= 0x39) return this.lexNumber();
    return this.lexName('field');
  }

  /** `$`, `$name`, `.` or `.name`. */
  private lexName(kind: 'variable' | 'field'): Token {
    this.pos++;
    if (this.atTerminator()) return this.token(kind === 'variable' ? 'variable' : 'keyword');
    this.skipWord();
    return this.atTerminator() ? this.token(kind) : this.badCharacter();
  }

  private badCharacter(): Token {
    return this.error(`bad character ${codePointName(this.code())}`);
  }

  private skipWord(): void {
    for (let code = this.code(); isWordCode(code); code = this.code()) {
      this.pos += code > 0xffff ? 2 : 1;
    }
  }

  private lexIdentifier(): Token {
    this.skipWord();
    if (!this.atTerminator()) return this.badCharacter();
    const word = this.input.slice(this.start, this.pos);
    if (keywords.has(word)) return this.token('keyword');
    return this.token(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  /** Whether a name may end here. */
  private atTerminator(): boolean {
    const code = this.code();
    if (Number.isNaN(code) || isSpaceCode(code)) return true;
    return '.,|:()'.includes(String.fromCodePoint(code)) || this.has('}}');
  }

  private lexQuoted(quote: string, kind: 'string' | 'charConstant', message: string): Token {
    for (let i = this.pos + 1; i < this.input.length; i++) {
      const char = this.input[i];
      if (char === '\n') break;
      if (char === quote) {
        this.pos = i + 1;
        return this.token(kind);
      }
      if (char === '\\' && this.input[++i] === '\n') break;
    }
    return this.error(message);
  }

  private lexRawString(): Token {
    const end = this.input.indexOf('`', this.pos + 1);
    if (end < 0) return this.error('unterminated raw quoted string');
    this.pos = end + 1;
    return this.token('rawString');
  }

  private lexNumber(): Token {
    if (!this.scanNumber()) return this.badNumber();
    const sign = this.code();
    if (sign === 0x2b || sign === 0x2d) {
      if (!this.scanNumber() || this.input[this.pos - 1] !== 'i') return this.badNumber();
      return this.token('complex');
    }
    return this.token('number');
  }

  private badNumber(): Token {
    const text = this.input.slice(this.start, this.pos);
    return this.error(`bad number syntax: ${JSON.stringify(text)}`);
  }

  private scanNumber(): boolean {
    const shape =
      /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
    shape.lastIndex = this.pos;
    this.pos += shape.exec(this.input)?.[0].length ?? 0;
    const code = this.code();
    if (!isWordCode(code)) return true;
    this.pos += code > 0xffff ? 2 : 1;
    return false;
  }
}
