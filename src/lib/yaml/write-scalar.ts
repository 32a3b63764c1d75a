import type { Style } from './scalar-style.ts';

const isBreak = (code: number): boolean =>
  code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;

/** Where a scalar is written: the column it starts in, the indent its further lines get, and the widest column. */
export interface Place {
  readonly column: number;
  readonly indent: number;
  /** No further folding begins before this column is passed; Infinity for none. */
  readonly width: number;
}

function columns(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0xdc00 || code > 0xdfff) count++;
  }
  return count;
}

/**
 * Breaks a text at single spaces once the column has passed the width; in quotes (`inner`) not at
 * the text's edges.
 */
function fold(text: string, place: Place, inner: boolean): string {
  if (place.column + text.length <= place.width) return text;
  const pieces = text.split(' ');
  const last = pieces.length - 1;
  const isEdge = (i: number): boolean =>
    inner && ((i === 1 && pieces[0] === '') || (i === last && pieces[last] === ''));
  let out = pieces[0]!;
  let column = place.column + columns(out);
  for (let i = 1; i <= last; i++) {
    const piece = pieces[i]!;
    const isSingle = piece !== '' && (i === 1 || pieces[i - 1] !== '');
    const breaks = isSingle && column > place.width && !isEdge(i);
    out += breaks ? `\n${' '.repeat(place.indent)}${piece}` : ` ${piece}`;
    column = (breaks ? place.indent : column + 1) + columns(piece);
  }
  return out;
}

/** Single-quoted text with raw breaks other than `\n` (U+2028 and U+2029), each of which starts a new line. */
function single(text: string, place: Place): string {
  const quoted = text.replaceAll("'", "''");
  if (!/[\u2028\u2029]/.test(text)) {
    return `'${fold(quoted, { ...place, column: place.column + 1 }, true)}'`;
  }
  // Texts and runs of breaks by turns, a text first.
  const parts = quoted.split(/([\u2028\u2029]+)/);
  let out = fold(parts[0]!, { ...place, column: place.column + 1 }, false);
  for (let i = 1; i < parts.length; i += 2) {
    const next = parts[i + 1]!;
    const isLast = i + 2 >= parts.length;
    const indent = next === '' ? '' : ' '.repeat(place.indent);
    out += parts[i]! + indent + fold(next, { ...place, column: place.indent }, isLast);
  }
  return `'${out}'`;
}

const escapes: Readonly<Record<number, string>> = {
  0x00: '0',
  0x07: 'a',
  0x08: 'b',
  0x09: 't',
  0x0a: 'n',
  0x0b: 'v',
  0x0c: 'f',
  0x0d: 'r',
  0x1b: 'e',
  0x22: '"',
  0x5c: '\\',
  0x85: 'N',
  0xa0: '_',
  0x2028: 'L',
  0x2029: 'P',
};

function hex(code: number): string {
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${digits.padStart(4, '0')}`;
  return `\\U${digits.padStart(8, '0')}`;
}

function escape(code: number): string {
  const name = escapes[code];
  return name === undefined ? hex(code) : `\\${name}`;
}

function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20 && code !== 0x22 && code !== 0x5c;
  return (
    (code >= 0xa0 && code <= 0xd7ff && code !== 0x2028 && code !== 0x2029) ||
    (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff)
  );
}

function double(text: string, place: Place): string {
  // libyaml looks for the mark at the start of the text, whatever character it is at.
  if (text.startsWith('\ufeff')) {
    return `"${Array.from(text, (char) => escape(char.codePointAt(0)!)).join('')}"`;
  }
  let out = '"';
  let column = place.column + 1;
  let afterSpace = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) i++;
    if (code === 0x20 && !afterSpace && column > place.width && i > 0 && i < text.length - 1) {
      out += `\n${' '.repeat(place.indent)}${text[i + 1] === ' ' ? '\\' : ''}`;
      column = place.indent + (text[i + 1] === ' ' ? 1 : 0);
      afterSpace = true;
      continue;
    }
    const piece = isPrintable(code) ? String.fromCodePoint(code) : escape(code);
    out += piece;
    column += piece.length;
    afterSpace = code === 0x20;
  }
  return `${out}"`;
}

function chomping(text: string): string {
  if (!isBreak(text.charCodeAt(text.length - 1))) return '-';
  if (text.length === 1 || isBreak(text.charCodeAt(text.length - 2))) return '+';
  return '';
}

/** A block scalar; it ends without the newline its last line would have, save the ones the text has. */
function literal(text: string, place: Place): string {
  const pad = ' '.repeat(place.indent);
  const first = text.charCodeAt(0);
  const hint = first === 0x20 || isBreak(first) ? '2' : '';
  let body = '';
  for (const line of text.split(/(?<=[\n\u2028\u2029])/)) {
    body += isBreak(line.charCodeAt(0)) ? line : pad + line;
  }
  return `|${hint}${chomping(text)}\n${body}`;
}

/** Writes a scalar in its style. A literal's text may end with a newline, the others never do. */
export function writeScalar(text: string, style: Style['style'], place: Place): string {
  if (style === 'plain') return fold(text, place, false);
  if (style === 'single') return single(text, place);
  return style === 'double' ? double(text, place) : literal(text, place);
}
