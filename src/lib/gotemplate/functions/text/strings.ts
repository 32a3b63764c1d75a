import { quote as goQuote } from '../../format/index.ts';
import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import {
  byteLength,
  byteSlice,
  isAscii,
  isList,
  itemsOf,
  runesOf,
  sortText,
  tagOf,
  toBytes,
  typedList,
  typedMap,
} from '../../value/index.ts';
import { boundsPanic, fn, textOf, variadic } from '../define.ts';
import { formatValue } from '../../format/index.ts';

const LONGEST = 128 * 1024 * 1024;

const leading = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const trailing = /[^\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  const start = text.replace(leading, '');
  let end = start.length;
  while (end > 0 && !trailing.test(start[end - 1]!)) end--;
  return start.slice(0, end);
}

/** strings.Trim: any of the runes in `cutset`, at both ends. */
function trimAll(cutset: string, text: string): string {
  const cut = new Set(runesOf(cutset));
  const runes = runesOf(text);
  let from = 0;
  let to = runes.length;
  while (from < to && cut.has(runes[from]!)) from++;
  while (to > from && cut.has(runes[to - 1]!)) to--;
  return runes.slice(from, to).join('');
}

/** strings.Repeat, with a limit. */
export function repeat(count: number, text: string): string {
  if (count < 0) throw new GoError('strings: negative Repeat count');
  if (count * text.length > LONGEST) throw new GoError('strings: Repeat output length overflow');
  return text.repeat(count);
}

function indent(spaces: number, text: string): string {
  const pad = repeat(spaces, ' ');
  return pad + text.replaceAll('\n', `\n${pad}`);
}

function replace(old: string, by: string, text: string): string {
  if (old !== '') return text.split(old).join(by);
  return (
    by +
    runesOf(text)
      .map((rune) => rune + by)
      .join('')
  );
}

function substr(start: number, end: number, text: string): string {
  const length = byteLength(text);
  if (start < 0) {
    if (end < 0 || end > length) throw boundsPanic(undefined, end, length);
    return byteSlice(text, 0, end);
  }
  if (end < 0 || end > length) {
    if (start > length) throw boundsPanic(start, undefined, length);
    return byteSlice(text, start);
  }
  if (start > end) throw boundsPanic(start, end, length);
  return byteSlice(text, start, end);
}

function trunc(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return byteSlice(text, length + count);
  return count >= 0 && length > count ? byteSlice(text, 0, count) : text;
}

function abbreviate(text: string, from: number, width: number): string {
  const length = byteLength(text);
  if (text === '' || length <= width) return text;
  let offset = Math.min(from, length);
  if (length - offset < width - 3) offset = length - (width - 3);
  if (offset <= 4) return `${byteSlice(text, 0, width - 3)}...`;
  if (width < 7) return '';
  if (offset + width - 3 < length) {
    const rest = byteSlice(text, offset);
    return `...${width - 3 < 4 ? '' : abbreviate(rest, 0, width - 3)}`;
  }
  return `...${byteSlice(text, length - (width - 3))}`;
}

function abbrevboth(left: number, right: number, text: string): string {
  if (right < 4 || (left > 0 && right < 7)) return text;
  // A negative edge is before everything, as 0 is.
  return abbreviate(text, left, right);
}

/** Breaks a line at blanks; words longer than the width stay, or are cut. */
function wrapCustom(text: string, columns: number, how: { newline: string; cut: boolean }): string {
  const width = Math.max(columns, 1);
  const newline = how.newline === '' ? '\n' : how.newline;
  // Bytes as Latin-1, so that columns count bytes.
  const bytes = isAscii(text) ? text : toBytes(text).toString('latin1');
  let out = '';
  let offset = 0;
  while (bytes.length - offset > width) {
    if (bytes[offset] === ' ') {
      offset++;
      continue;
    }
    const blank = bytes.slice(offset, offset + width + 1).lastIndexOf(' ');
    let end = blank < 0 ? offset + width : offset + blank;
    if (blank < 0 && !how.cut) {
      const next = bytes.indexOf(' ', end);
      if (next < 0) return out + fromLatin(bytes.slice(offset), text);
      end = next;
    }
    out += fromLatin(bytes.slice(offset, end), text) + newline;
    offset = blank < 0 && how.cut ? end : end + 1;
  }
  return out + fromLatin(bytes.slice(offset), text);
}

function fromLatin(bytes: string, original: string): string {
  return isAscii(original) ? bytes : byteText(Buffer.from(bytes, 'latin1'));
}

const byteText = (bytes: Buffer): string => textOf(new Uint8Array(bytes));

function quote(...args: unknown[]): string {
  return args
    .filter((arg) => arg !== null)
    .map((arg) => goQuote(textOf(arg)))
    .join(' ');
}

function squote(...args: unknown[]): string {
  return args
    .filter((arg) => arg !== null)
    .map((arg) => `'${formatValue(arg)}'`)
    .join(' ');
}

function cat(...args: unknown[]): string {
  return args
    .filter((arg) => arg !== null)
    .map(formatValue)
    .join(' ');
}

/** Sprig's strslice: the items of a list as strings, nil ones left out; a scalar alone. */
export function stringsOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isList(value)) return [textOf(value)];
  if (Array.isArray(value) && tagOf(value)?.element === 'string') return value as string[];
  return itemsOf(value)
    .filter((item) => item !== null && item !== undefined)
    .map(textOf);
}

/** strings.SplitN. */
export function splitN(text: string, separator: string, count: number): string[] {
  if (count === 0) return [];
  const parts = separator === '' ? runesOf(text) : text.split(separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): unknown {
  return typedMap(Object.fromEntries(parts.map((part, i) => [`_${i}`, part])), 'string');
}

function sortAlpha(list: unknown): unknown {
  const items = isList(list) ? sortText([...stringsOf(list)]) : [textOf(list)];
  return typedList(items, 'string');
}

const two = ['string', 'string'] as const;

/** Strings that are neither about case nor about patterns. */
export const stringFunctions: FunctionTable = {
  hello: fn([], () => 'Hello!'),
  trim: fn(['string'], trimSpace),
  trimAll: fn(two, trimAll),
  trimall: fn(two, trimAll),
  trimPrefix: fn(two, (prefix: string, text: string) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn(two, (suffix: string, text: string) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  repeat: fn(['int', 'string'], repeat),
  substr: fn(['int', 'int', 'string'], substr),
  trunc: fn(['int', 'string'], trunc),
  abbrev: fn(['int', 'string'], (width: number, text: string) =>
    width < 4 ? text : abbreviate(text, 0, width),
  ),
  abbrevboth: fn(['int', 'int', 'string'], abbrevboth),
  wrap: fn(['int', 'string'], (width: number, text: string) =>
    wrapCustom(text, width, { newline: '', cut: false }),
  ),
  wrapWith: fn(['int', 'string', 'string'], (width: number, newline: string, text: string) =>
    wrapCustom(text, width, { newline, cut: true }),
  ),
  contains: fn(two, (part: string, text: string) => text.includes(part)),
  hasPrefix: fn(two, (part: string, text: string) => text.startsWith(part)),
  hasSuffix: fn(two, (part: string, text: string) => text.endsWith(part)),
  quote: variadic(['any'], quote),
  squote: variadic(['any'], squote),
  cat: variadic(['any'], cat),
  indent: fn(['int', 'string'], indent),
  nindent: fn(['int', 'string'], (spaces: number, text: string) => `\n${indent(spaces, text)}`),
  replace: fn(['string', 'string', 'string'], replace),
  plural: fn(['string', 'string', 'int'], (one: string, many: string, count: number) =>
    count === 1 ? one : many,
  ),
  toString: fn(['any'], textOf),
  toStrings: fn(['any'], (value: unknown) => typedList(stringsOf(value), 'string')),
  join: fn(['string', 'any'], (separator: string, value: unknown) =>
    stringsOf(value).join(separator),
  ),
  splitList: fn(two, (separator: string, text: string) =>
    typedList(splitN(text, separator, -1), 'string'),
  ),
  split: fn(two, (separator: string, text: string) => numbered(splitN(text, separator, -1))),
  splitn: fn(['string', 'int', 'string'], (separator: string, count: number, text: string) =>
    numbered(splitN(text, separator, count)),
  ),
  sortAlpha: fn(['any'], sortAlpha),
};
