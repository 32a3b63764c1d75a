import { quote } from '../../../format/index.ts';
import { END, isNewline, type TomlCursor } from './toml-cursor.ts';

const digitWords: Readonly<Record<string, readonly [number, string]>> = {
  x: [2, 'two'],
  u: [4, 'four'],
  U: [8, 'eight'],
};

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\x1b',
  '"': '"',
  '\\': '\\',
};

/** A text as it stands between quotes, and the line on which it ends. */
interface Body {
  readonly text: string;
  readonly line: number;
}

/** Checks that an escape is one; its meaning is found later, when the whole string was read. */
function checkEscape(cursor: TomlCursor, start: number): void {
  const char = cursor.next();
  if (char !== END && `${Object.keys(escapes).join('')} \t`.includes(char)) return;
  const digits = digitWords[char];
  if (digits === undefined) return cursor.failEscape(char);
  const [count, word] = digits;
  for (let i = 0; i < count; i++) {
    if (/^[0-9a-fA-F]$/.test(cursor.next())) continue;
    const read = cursor.text.slice(start, cursor.at);
    cursor.fail(
      `expected ${word} hexadecimal digits after '\\${char}', but got ${quote(read)} instead`,
    );
  }
}

function bodyOf(cursor: TomlCursor, how: { quote: string; hasEscapes: boolean }): Body {
  const start = cursor.at;
  for (;;) {
    const at = cursor.at;
    const char = cursor.next();
    if (char === END) cursor.fail(`unexpected EOF; expected ${how.quote === '"' ? `'"'` : `"'"`}`);
    if (isNewline(char)) {
      // The newline of a \r\n has not been read yet.
      cursor.failAt(char === '\n' ? cursor.line - 1 : cursor.line, noNewlines);
    }
    if (char === '\\' && how.hasEscapes) checkEscape(cursor, start);
    else if (char === how.quote) return { text: cursor.text.slice(start, at), line: cursor.line };
  }
}

const noNewlines = 'strings cannot contain newlines';

function longBodyOf(cursor: TomlCursor, how: { quote: string; hasEscapes: boolean }): Body {
  const triple = how.quote.repeat(3);
  const start = cursor.at;
  for (;;) {
    const char = cursor.next();
    if (char === END) {
      cursor.fail(`unexpected EOF; expected ${how.quote === '"' ? `'"""'` : `"'''"`}`);
    }
    if (char === '\\' && how.hasEscapes) {
      if (isNewline(cursor.peek())) cursor.next();
      else checkEscape(cursor, start);
    } else if (char === how.quote && cursor.text.startsWith(triple, cursor.at - 1)) {
      const body = closed(cursor, start, triple);
      if (body !== undefined) return body;
    }
  }
}

/** The string, when the three quotes end it: one or two more may stand before them, three may not. */
function closed(cursor: TomlCursor, start: number, triple: string): Body | undefined {
  const end = cursor.at - 1;
  if (cursor.text[end + 3] !== triple[0]) {
    cursor.at = end + 3;
    return { text: cursor.text.slice(start, end), line: cursor.line };
  }
  const read = cursor.text.slice(start, end + 3);
  const isEscaped = triple[0] === '"' && read.endsWith('\\"""""');
  if (read.endsWith(triple + triple.slice(1)) && !isEscaped) {
    const six = triple + triple;
    cursor.fail(`unexpected ${triple[0] === '"' ? `'${six}'` : `"${six}"`}`);
  }
  return undefined;
}

/** Takes white space with a newline in it after a backslash out. */
function withoutFoldedLines(text: string): string {
  return text.replaceAll(/\\(\\|[ \t\r\n]+|)/g, (all, after: string) =>
    after !== '\\' && after.includes('\n') ? '' : all,
  );
}

function unescaped(cursor: TomlCursor, { text, line }: Body): string {
  return text.replaceAll(/\\(x..|u.{4}|U.{8}|[^])/gu, (_, code: string) => {
    const char = escapes[code];
    if (char !== undefined) return char;
    if (/^[ \t]/.test(code)) cursor.failAt(line, `invalid escape: '\\${code}'`);
    const number = Number.parseInt(code.slice(1), 16);
    const isRune = number <= 0x10ffff && (number < 0xd800 || number > 0xdfff);
    if (isRune) return String.fromCodePoint(number);
    return cursor.failAt(line, `Escaped character '\\u${code.slice(1)}' is not valid UTF-8.`);
  });
}

const withoutFirstNewline = (text: string): string => text.replace(/^\r?\n/, '');

/** A string in one pair of quotes; the first has been taken. */
export function shortString(cursor: TomlCursor, mark: string): string {
  const hasEscapes = mark === '"';
  const body = bodyOf(cursor, { quote: mark, hasEscapes });
  return hasEscapes ? unescaped(cursor, body) : body.text;
}

/** A string; its first quote has been taken. */
export function readString(cursor: TomlCursor, mark: string): string {
  if (!cursor.text.startsWith(mark + mark, cursor.at)) return shortString(cursor, mark);
  cursor.at += 2;
  const hasEscapes = mark === '"';
  const { text, line } = longBodyOf(cursor, { quote: mark, hasEscapes });
  const body = withoutFirstNewline(text);
  return hasEscapes ? unescaped(cursor, { text: withoutFoldedLines(body), line }) : body;
}
