import { GoError } from '../template-error.ts';
import { fromBytes, toBytes } from '../value/index.ts';

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};

const hexLength: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

const syntax = (): GoError => new GoError('invalid syntax');

interface Char {
  readonly code: number;
  /** Whether the code is one byte, from `\x` or an octal escape. */
  readonly isByte: boolean;
  readonly rest: string;
}

function hexEscape(name: string, text: string): Char {
  const length = hexLength[name]!;
  const digits = text.slice(0, length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) throw syntax();
  const code = Number.parseInt(digits, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (name !== 'x' && (isSurrogate || code > 0x10ffff)) throw syntax();
  return { code, isByte: name === 'x', rest: text.slice(length) };
}

function octalEscape(text: string): Char {
  const digits = text.slice(0, 3);
  if (!/^[0-7]{3}$/.test(digits)) throw syntax();
  const code = Number.parseInt(digits, 8);
  if (code > 255) throw syntax();
  return { code, isByte: true, rest: text.slice(3) };
}

/** The first character of a quoted text, as Go's strconv.UnquoteChar. */
export function unquoteChar(text: string, quote: string): Char {
  const code = text.codePointAt(0);
  if (code === undefined || text[0] === quote) throw syntax();
  if (text[0] !== '\\') {
    return { code, isByte: false, rest: text.slice(code > 0xffff ? 2 : 1) };
  }
  const name = text[1] ?? '';
  const rest = text.slice(2);
  if (name in hexLength) return hexEscape(name, rest);
  if (name >= '0' && name <= '7') return octalEscape(text.slice(1));
  const meaning = name === quote ? name.charCodeAt(0) : simple[name];
  if (meaning === undefined) throw syntax();
  return { code: meaning, isByte: false, rest };
}

/** A Go string literal, `"…"` or in backquotes, without its quotes. Throws `GoError('invalid syntax')`. */
export function unquote(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '');
  const body = literal.slice(1, -1);
  if (!body.includes('\\')) return body;
  const parts: Uint8Array[] = [];
  let text = '';
  let rest = body;
  while (rest !== '') {
    const escape = rest.indexOf('\\');
    if (escape !== 0) {
      text += escape < 0 ? rest : rest.slice(0, escape);
      rest = escape < 0 ? '' : rest.slice(escape);
      continue;
    }
    const char = unquoteChar(rest, '"');
    rest = char.rest;
    if (char.isByte && char.code > 0x7f) {
      parts.push(toBytes(text), Uint8Array.of(char.code));
      text = '';
    } else text += String.fromCodePoint(char.code);
  }
  return parts.length === 0 ? text : fromBytes(Buffer.concat([...parts, toBytes(text)]));
}
