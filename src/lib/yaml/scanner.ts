import { Cursor, isBlank, isBlankOrEnd, type Mark, SyntaxFault } from './cursor.ts';
import { scanBlock } from './scan-block.ts';
import { scanPlain } from './scan-plain.ts';
import { scanQuoted } from './scan-quoted.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-tag.ts';
import { token, type Token, type TokenType } from './token.ts';

/** A place where a key may have begun, to be decided when its `:` comes or does not. */
interface SimpleKey {
  possible: boolean;
  required: boolean;
  token: number;
  mark: Mark;
}

const MAX_DEPTH = 1000;

/** Cuts a text into libyaml's tokens, on demand and with its look-ahead, since errors depend on it. */
export class Scanner {
  readonly cursor: Cursor;
  private readonly tokens: Token[] = [];
  private head = 0;
  /** How many tokens the parser has taken. */
  private taken = 0;
  private readonly keys: SimpleKey[];
  /** The level of the key that a token may begin, by the token's number. */
  private readonly levels = new Map<number, number>();
  private keyAllowed = true;
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;

  private readonly indicators: Readonly<Record<string, () => void>> = {
    '[': () => this.openFlow('['),
    '{': () => this.openFlow('{'),
    ']': () => this.closeFlow(']'),
    '}': () => this.closeFlow('}'),
    ',': () => this.fetchComma(),
    '*': () => this.fetchAnchor('alias'),
    '&': () => this.fetchAnchor('anchor'),
    '!': () => this.fetchTag(),
    "'": () => this.fetchQuoted(),
    '"': () => this.fetchQuoted(),
  };

  constructor(text: string) {
    this.cursor = new Cursor(text);
    this.keys = [{ possible: false, required: false, token: 0, mark: this.cursor.mark() }];
  }

  peek(): Token {
    while (this.needsMore()) this.fetch();
    return this.tokens[this.head]!;
  }

  skip(): void {
    this.head++;
    this.taken++;
    if (this.head > 64) {
      this.tokens.splice(0, this.head);
      this.head = 0;
    }
  }

  /** The first token is not certain while it may still turn out to be a key. */
  private needsMore(): boolean {
    if (this.head === this.tokens.length) return true;
    const level = this.levels.get(this.taken);
    return level !== undefined && this.isValid(this.keys[level]!);
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.mark.line < this.cursor.line || key.mark.pos + 1024 < this.cursor.pos) {
      if (key.required) throw this.fault("could not find expected ':'", key.mark);
      key.possible = false;
      return false;
    }
    return true;
  }

  private fault(message: string, context?: Mark): SyntaxFault {
    const problem = this.cursor.mark();
    return new SyntaxFault('scanner', message, { problem, context: context ?? problem });
  }

  private saveKey(): void {
    if (!this.keyAllowed) return;
    const required = this.flowLevel === 0 && this.indent === this.cursor.column;
    this.dropKey();
    const token = this.nextNumber();
    const level = this.keys.length - 1;
    this.keys[level] = { possible: true, required, token, mark: this.cursor.mark() };
    this.levels.set(token, level);
  }

  /** The number the next token will have. */
  private nextNumber(): number {
    return this.taken + this.tokens.length - this.head;
  }

  /** Puts a token before one that is there already; when that one is taken, it comes last. */
  private insert(at: number, added: Token): void {
    if (at < this.taken) this.tokens.push(added);
    else this.tokens.splice(this.head + at - this.taken, 0, added);
  }

  private dropKey(): void {
    const key = this.keys[this.keys.length - 1]!;
    if (!key.possible) return;
    if (key.required) throw this.fault("could not find expected ':'", key.mark);
    key.possible = false;
    this.levels.delete(key.token);
  }

  private rollIndent(column: number, at: number, mark: Mark, type: 'sequence' | 'mapping'): void {
    if (this.flowLevel > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    if (this.indents.length > MAX_DEPTH) throw this.fault(`exceeded max depth of ${MAX_DEPTH}`);
    const opened = token(type, mark, mark);
    this.insert(at, opened);
  }

  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      const mark = this.cursor.mark();
      this.tokens.push(token('block-end', mark, mark));
      this.indent = this.indents.pop()!;
    }
  }

  private skipToToken(): void {
    const { cursor } = this;
    for (;;) {
      for (;;) {
        const code = cursor.code();
        if (code === 0x20) cursor.pos++;
        else if (code === 0x09 && (this.flowLevel > 0 || !this.keyAllowed)) cursor.pos++;
        else break;
      }
      cursor.skipComment();
      if (cursor.takeBreak() === '') return;
      if (this.flowLevel === 0) this.keyAllowed = true;
    }
  }

  private fetch(): void {
    const { cursor } = this;
    this.skipToToken();
    this.unrollIndent(cursor.column);
    const code = cursor.code();
    if (code === 0) return this.fetchEnd();
    if (cursor.column === 0) {
      if (code === 0x25) return this.fetchDirective();
      if (cursor.atDocumentMarker()) return this.fetchMarker(code);
    }
    return this.fetchIndicator(code) ? undefined : this.fetchPlain(code);
  }

  private fetchEnd(): void {
    const { cursor } = this;
    if (cursor.column !== 0) {
      cursor.line++;
      cursor.lineStart = cursor.pos;
    }
    this.unrollIndent(-1);
    this.dropKey();
    this.keyAllowed = false;
    const mark = cursor.mark();
    this.tokens.push(token('stream-end', mark, mark));
  }

  private fetchDirective(): void {
    this.unrollIndent(-1);
    this.dropKey();
    this.keyAllowed = false;
    const start = this.cursor.mark();
    const directive = scanDirective(this.cursor);
    this.tokens.push({ ...token('directive', start, this.cursor.mark()), directive });
  }

  private fetchMarker(code: number): void {
    this.unrollIndent(-1);
    this.dropKey();
    this.keyAllowed = false;
    this.push(code === 0x2d ? 'document-start' : 'document-end', 3);
  }

  private push(type: TokenType, length: number): void {
    const start = this.cursor.mark();
    this.cursor.pos += length;
    this.tokens.push(token(type, start, this.cursor.mark()));
  }

  /** Reads the token an indicator begins, if this is one here. */
  private fetchIndicator(code: number): boolean {
    const fetch = this.indicators[String.fromCharCode(code)];
    if (fetch === undefined) return this.fetchContextual(code);
    fetch();
    return true;
  }

  /** `-` `?` `:` mean something only before a blank or in brackets, `|` `>` only outside of them. */
  private fetchContextual(code: number): boolean {
    const inFlow = this.flowLevel > 0;
    const alone = isBlankOrEnd(this.cursor.code(1));
    if (code === 0x2d && alone) this.fetchEntry();
    else if (code === 0x3f && (inFlow || alone)) this.fetchKey();
    else if (code === 0x3a && (inFlow || alone)) this.fetchValue();
    else if ((code === 0x7c || code === 0x3e) && !inFlow) this.fetchBlock();
    else return false;
    return true;
  }

  private fetchComma(): void {
    this.dropKey();
    this.keyAllowed = true;
    this.push(',', 1);
  }

  private openFlow(type: '[' | '{'): void {
    this.saveKey();
    const mark = this.cursor.mark();
    this.keys.push({ possible: false, required: false, token: this.nextNumber(), mark });
    this.flowLevel++;
    if (this.flowLevel > MAX_DEPTH) throw this.fault(`exceeded max depth of ${MAX_DEPTH}`);
    this.keyAllowed = true;
    this.push(type, 1);
  }

  private closeFlow(type: ']' | '}'): void {
    this.dropKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      // As libyaml does: this also forgets that the bracket itself might begin a key.
      this.levels.delete(this.keys.pop()!.token);
    }
    this.keyAllowed = false;
    this.push(type, 1);
  }

  private fetchEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) {
        throw this.fault('block sequence entries are not allowed in this context');
      }
      this.rollIndent(this.cursor.column, -1, this.cursor.mark(), 'sequence');
    }
    this.dropKey();
    this.keyAllowed = true;
    this.push('-', 1);
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.fault('mapping keys are not allowed in this context');
      this.rollIndent(this.cursor.column, -1, this.cursor.mark(), 'mapping');
    }
    this.dropKey();
    this.keyAllowed = this.flowLevel === 0;
    this.push('key', 1);
  }

  private fetchValue(): void {
    const key = this.keys[this.keys.length - 1]!;
    if (this.isValid(key)) {
      this.insert(key.token, token('key', key.mark, key.mark));
      this.rollIndent(key.mark.column, key.token, key.mark, 'mapping');
      key.possible = false;
      this.levels.delete(key.token);
      this.keyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed) throw this.fault('mapping values are not allowed in this context');
        this.rollIndent(this.cursor.column, -1, this.cursor.mark(), 'mapping');
      }
      this.keyAllowed = this.flowLevel === 0;
    }
    this.push('value', 1);
  }

  private fetchAnchor(type: 'alias' | 'anchor'): void {
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark();
    const text = scanAnchor(this.cursor);
    this.tokens.push({ ...token(type, start, this.cursor.mark()), text });
  }

  private fetchTag(): void {
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark();
    const tag = scanTag(this.cursor);
    this.tokens.push({ ...token('tag', start, this.cursor.mark()), tag });
  }

  private pushScalar(start: Mark, text: string, plain: boolean): void {
    const end = this.cursor.mark();
    this.tokens.push({
      type: 'scalar',
      start,
      end,
      text,
      plain,
      tag: undefined,
      directive: undefined,
    });
  }

  private fetchBlock(): void {
    this.dropKey();
    this.keyAllowed = true;
    const start = this.cursor.mark();
    this.pushScalar(start, scanBlock(this.cursor, this.indent), false);
  }

  private fetchQuoted(): void {
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark();
    this.pushScalar(start, scanQuoted(this.cursor), false);
  }

  private fetchPlain(code: number): void {
    if (!this.canStartPlain(code)) throw this.fault('found character that cannot start any token');
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark();
    const { value, endsOnNewLine } = scanPlain(this.cursor, this.indent, this.flowLevel > 0);
    this.pushScalar(start, value, true);
    if (endsOnNewLine) this.keyAllowed = true;
  }

  private canStartPlain(code: number): boolean {
    if (code === 0x2d) return !isBlank(this.cursor.code(1));
    if (code === 0x3f || code === 0x3a) {
      return this.flowLevel === 0 && !isBlankOrEnd(this.cursor.code(1));
    }
    return !isBlankOrEnd(code) && !',[]{}#&*!|>\'"%@`'.includes(String.fromCharCode(code));
  }
}
