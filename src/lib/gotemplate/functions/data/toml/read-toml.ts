import { quote } from '../../../format/index.ts';
import { GoError } from '../../../template-error.ts';
import { TableFault, TomlTables, keyText } from './toml-tables.ts';
import { END, isBlank, isDigit, isNewline, shownCharacter, TomlCursor } from './toml-cursor.ts';
import { numberOrDate, signedNumber } from './toml-number.ts';
import { readString, shortString } from './toml-string.ts';

/** Tables nested deeper than this are refused: the reader calls itself for each. */
const maxDepth = 1000;

const isSpace = (char: string): boolean => isBlank(char) || isNewline(char);

const shownOrEnd = (char: string): string => (char === END ? 'end of file' : `'${char}'`);

/** Reads a document as Go's BurntSushi/toml does: what it accepts, what it makes of it, its error texts. */
class TomlReader {
  private readonly cursor: TomlCursor;
  private readonly tables = new TomlTables();
  private currentKey = '';
  /** The line of the key that is being set. */
  private keyLine = 0;
  private depth = 0;

  constructor(text: string) {
    this.cursor = new TomlCursor(text);
    this.cursor.lastKey = () => this.current();
  }

  private current(): string {
    const context = keyText(this.tables.context);
    if (this.currentKey === '') return context;
    return context === '' ? this.currentKey : `${context}.${this.currentKey}`;
  }

  read(): Record<string, unknown> {
    const { cursor } = this;
    for (;;) {
      cursor.skip(isSpace);
      const char = cursor.peek();
      if (char === END) return this.tables.result();
      if (char === '#') this.comment();
      else if (char === '[') this.tableHead();
      else this.entry();
    }
  }

  /** Runs a change of the tables; what they refuse is told with the line of the key. */
  private change(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      if (!(thrown instanceof TableFault)) throw thrown;
      this.cursor.failAt(this.keyLine, thrown.message);
    }
  }

  private comment(): void {
    this.cursor.skip((char) => !isNewline(char));
  }

  /** After a table's head or an entry: nothing more on the line. */
  private lineEnd(): void {
    const { cursor } = this;
    cursor.skipBlanks();
    const char = cursor.peek();
    if (char === '#' || char === END || isNewline(char)) return;
    cursor.next();
    const shown = shownCharacter(char);
    cursor.fail(
      `expected a top-level item to end with a newline, comment, or EOF, but got ${shown} instead`,
    );
  }

  private tableHead(): void {
    const { cursor } = this;
    cursor.next();
    const isArray = cursor.accept('[');
    const keys: string[] = [];
    do keys.push(this.tableName(keys.length === 0));
    while (!this.isNameEnd());
    if (isArray) {
      const char = cursor.next();
      if (char !== ']') {
        const shown = shownCharacter(char);
        cursor.fail(`expected end of table array name delimiter ']', but got ${shown} instead`);
      }
    }
    this.change(() => this.tables.enter(keys, isArray));
    this.tables.mark(undefined, false);
    this.lineEnd();
  }

  private tableName(isFirst: boolean): string {
    const { cursor } = this;
    cursor.skipBlanks();
    const char = cursor.peek();
    if (char === ']' || char === END) {
      if (char === END) cursor.next();
      cursor.fail('unexpected end of table name (table names cannot be empty)');
    }
    if (char === '.') {
      cursor.fail('unexpected table separator (table names cannot be empty)');
    }
    return this.name(isFirst);
  }

  /** Whether the name is at its end; a dot says that it is not. */
  private isNameEnd(): boolean {
    const { cursor } = this;
    cursor.skipBlanks();
    const char = cursor.next();
    if (char === '.') return false;
    if (char === ']') return true;
    const shown = shownCharacter(char);
    return cursor.fail(`expected '.' or ']' to end table name, but got ${shown} instead`);
  }

  /** One part of a key, bare or in quotes. */
  private name(isFirst: boolean): string {
    const { cursor } = this;
    const char = cursor.peek();
    if (char === '"' || char === "'") {
      cursor.next();
      const text = shortString(cursor, char);
      if (isFirst) this.keyLine = cursor.line;
      return text;
    }
    const start = cursor.at;
    cursor.skip((each) => /^[A-Za-z0-9_-]$/.test(each));
    if (isFirst) this.keyLine = cursor.line;
    return cursor.text.slice(start, cursor.at);
  }

  private key(): string[] {
    const { cursor } = this;
    cursor.skipBlanks();
    const char = cursor.peek();
    if (char === '=' || char === END) {
      if (char === END) cursor.next();
      cursor.fail("unexpected '=': key name appears blank");
    }
    if (char === '.') cursor.fail("unexpected '.': keys cannot start with a '.'");
    const keys = [this.name(true)];
    while (!this.isKeyEnd()) {
      cursor.skipBlanks();
      const next = cursor.peek();
      if (next === '=' || next === END) {
        if (next === END) cursor.next();
        cursor.fail("unexpected '='");
      }
      if (next === '.') cursor.fail("unexpected '.'");
      keys.push(this.name(false));
    }
    return keys;
  }

  private isKeyEnd(): boolean {
    const { cursor } = this;
    cursor.skipBlanks();
    const char = cursor.next();
    if (char === '.') return false;
    if (char === '=') return true;
    if (char === END) cursor.fail("unexpected EOF; expected key separator '='");
    const message = `expected '.' or '=', but got ${shownCharacter(char)} instead`;
    return char === '\n' ? cursor.failBefore(message) : cursor.fail(message);
  }

  /** A key and its value, in the table that is being filled. */
  private assign(): { keys: readonly string[]; value: unknown } {
    const keys = this.key();
    this.currentKey = keys.at(-1)!;
    for (const each of keys.slice(0, -1)) {
      this.change(() => this.tables.enterImplicit([...this.tables.context, each]));
    }
    const isArray = this.isArrayNext();
    const value = this.value(false);
    this.change(() => this.tables.set(this.currentKey, value));
    this.tables.mark(this.currentKey, isArray);
    return { keys, value };
  }

  private isArrayNext(): boolean {
    this.cursor.skipBlanks();
    return this.cursor.peek() === '[';
  }

  private entry(): void {
    const outer = this.tables.context;
    this.assign();
    this.tables.context = outer;
    this.currentKey = '';
    this.lineEnd();
  }

  private value(inArray: boolean): unknown {
    const { cursor } = this;
    cursor.skipBlanks();
    if (isDigit(cursor.peek())) return numberOrDate(cursor);
    const start = cursor.at;
    const char = cursor.next();
    switch (char) {
      case '[':
        return this.deeper(() => this.array());
      case '{':
        return this.deeper(() => this.inlineTable(inArray));
      case '"':
      case "'":
        return readString(cursor, char);
      case '.':
        return cursor.fail("floats must start with a digit, not '.'");
      case '-':
      case '+':
        return signedNumber(cursor);
      case END:
        return cursor.fail('unexpected EOF; expected value');
      case '\n':
        return cursor.failBefore(`expected value but found ${shownCharacter(char)} instead`);
      default:
        return this.word(start, char);
    }
  }

  private word(start: number, first: string): unknown {
    const { cursor } = this;
    const special = /^(?:inf|nan)/.exec(cursor.text.slice(start, start + 3));
    if (special !== null) {
      cursor.at = start + 3;
      return special[0] === 'nan' ? Number.NaN : Infinity;
    }
    if (!/^\p{L}$/u.test(first)) {
      return cursor.fail(`expected value but found ${shownCharacter(first)} instead`);
    }
    // As much of `inf` or `nan` as was there is not part of the word that is complained of.
    const taken = /^(?:in|na)(?=\p{L})/u.exec(cursor.text.slice(start, start + 3))?.[0].length ?? 1;
    const begin = /^[in]$/.test(first) ? start + taken - 1 : start;
    cursor.skip((char) => /^\p{L}$/u.test(char));
    const word = cursor.text.slice(begin, cursor.at);
    if (word === 'true' || word === 'false') return word === 'true';
    return cursor.fail(`expected value but found ${quote(word)} instead`);
  }

  private deeper<T>(run: () => T): T {
    if (++this.depth > maxDepth) this.cursor.fail('values are nested too deeply');
    const result = run();
    this.depth--;
    return result;
  }

  private array(): unknown[] {
    const { cursor } = this;
    this.tables.mark(this.currentKey, true);
    const items: unknown[] = [];
    for (;;) {
      this.space();
      if (cursor.peek() === ',') this.unexpectedComma();
      if (cursor.accept(']')) return items;
      items.push(this.value(true));
      this.space();
      if (cursor.accept(',')) continue;
      if (cursor.accept(']')) return items;
      const shown = shownOrEnd(cursor.next());
      cursor.fail(`expected a comma (',') or array terminator (']'), but got ${shown}`);
    }
  }

  private unexpectedComma(): never {
    this.cursor.next();
    return this.cursor.fail('unexpected comma');
  }

  /** White space, newlines and comments. */
  private space(): void {
    this.cursor.skip(isSpace);
    while (this.cursor.peek() === '#') {
      this.comment();
      this.cursor.skip(isSpace);
    }
  }

  private inlineTable(inArray: boolean): Record<string, unknown> {
    const { cursor, tables } = this;
    const table: Record<string, unknown> = {};
    const [outer, outerKey] = [tables.context, this.currentKey];
    const context = [...outer, outerKey];
    tables.context = context;
    this.currentKey = '';
    this.change(() => tables.enterImplicit(context, inArray));
    for (let isFirst = true; ; isFirst = false) {
      this.space();
      if (!isFirst && !cursor.accept(',') && cursor.peek() !== '}') this.noTableEnd();
      if (!isFirst) this.space();
      if (cursor.peek() === ',') this.unexpectedComma();
      if (cursor.accept('}')) break;
      const { keys, value } = this.assign();
      this.put(table, keys, value);
      tables.context = context;
    }
    tables.context = outer;
    this.currentKey = outerKey;
    return table;
  }

  private noTableEnd(): never {
    const shown = shownOrEnd(this.cursor.next());
    const wanted = "expected a comma or an inline table terminator '}'";
    return this.cursor.fail(`${wanted}, but got ${shown} instead`);
  }

  private put(table: Record<string, unknown>, keys: readonly string[], value: unknown): void {
    let into = table;
    for (const key of keys.slice(0, -1)) {
      if (!Object.hasOwn(into, key)) define(into, key, {});
      into = into[key] as Record<string, unknown>;
    }
    define(into, keys.at(-1)!, value);
  }
}

/** Sets a key, be it named `__proto__`. */
function define(table: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(table, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** A TOML document as Go values: int64 numbers, times. Throws `GoError` in the words of Go's decoder. */
export function readToml(text: string): Record<string, unknown> {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (body.slice(0, 6).includes('\0')) {
    throw new GoError(
      'toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8',
    );
  }
  return new TomlReader(body).read();
}
