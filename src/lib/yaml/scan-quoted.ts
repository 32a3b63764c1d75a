import { type Cursor, isBlankOrEnd, isBreak, type Mark, SyntaxFault } from './cursor.ts';
import { Gap } from './scan-plain.ts';

const simple: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

const lengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const hexDigits = /^[0-9a-fA-F]+$/;

function fault(cursor: Cursor, start: Mark, message: string): SyntaxFault {
  return new SyntaxFault('scanner', message, { problem: cursor.mark(), context: start });
}

function scanEscape(cursor: Cursor, start: Mark): string {
  const name = cursor.text[cursor.pos + 1] ?? '';
  const length = lengths[name];
  if (length === undefined) {
    const meaning = Object.hasOwn(simple, name) ? simple[name] : undefined;
    if (meaning === undefined) throw fault(cursor, start, 'found unknown escape character');
    cursor.pos += 2;
    return meaning;
  }
  cursor.pos += 2;
  const digits = cursor.text.slice(cursor.pos, cursor.pos + length);
  if (digits.length < length || !hexDigits.test(digits)) {
    throw fault(cursor, start, 'did not find expected hexdecimal number');
  }
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    throw fault(cursor, start, 'found invalid Unicode character escape code');
  }
  cursor.pos += length;
  return String.fromCodePoint(value);
}

/** Reads up to a blank, a break or the closing quote. A `\` before a break opens the gap. */
function scanRun(cursor: Cursor, quote: number, how: { start: Mark; gap: Gap }): string {
  const { text } = cursor;
  let value = '';
  let from = cursor.pos;
  for (;;) {
    const code = text.charCodeAt(cursor.pos);
    if (code === quote) {
      if (quote !== 0x27 || text.charCodeAt(cursor.pos + 1) !== 0x27) break;
      value += text.slice(from, cursor.pos + 1);
      cursor.pos += 2;
      from = cursor.pos;
    } else if (code === 0x5c && quote === 0x22) {
      value += text.slice(from, cursor.pos);
      if (isBreak(text.charCodeAt(cursor.pos + 1))) {
        cursor.pos++;
        cursor.takeBreak();
        how.gap.broken = true;
        return value;
      }
      value += scanEscape(cursor, how.start);
      from = cursor.pos;
    } else if (isBlankOrEnd(code)) break;
    else cursor.pos++;
  }
  return value + text.slice(from, cursor.pos);
}

/** Reads a single- or double-quoted scalar, the cursor being on its opening quote. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.mark();
  const quote = cursor.code();
  const gap = new Gap();
  let value = '';
  cursor.pos++;
  for (;;) {
    if (cursor.atDocumentMarker()) {
      throw fault(cursor, start, 'found unexpected document indicator');
    }
    if (cursor.code() === 0) throw fault(cursor, start, 'found unexpected end of stream');
    value += scanRun(cursor, quote, { start, gap });
    if (cursor.code() === quote) break;
    gap.read(cursor);
    value += gap.take();
  }
  cursor.pos++;
  return value;
}
