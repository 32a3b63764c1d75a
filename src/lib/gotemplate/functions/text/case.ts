import { fn } from '../define.ts';
import type { FunctionTable } from '../../signature.ts';
import { runesOf, toBytes } from '../../value/index.ts';
import { camelCaseToLower, pascalCase } from './word-case.ts';

const ascii = /^[\x00-\x7f]*$/;
const space = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** unicode.IsSpace. */
export function isSpace(rune: string): boolean {
  return space.test(rune);
}

/** One rune in upper or lower case; what would become several stays. */
function mapRune(rune: string, to: 'upper' | 'lower'): string {
  if (rune === '\u0130' && to === 'lower') return 'i';
  const mapped = to === 'upper' ? rune.toUpperCase() : rune.toLowerCase();
  return runesOf(mapped).length === 1 ? mapped : rune;
}

export const upperRune = (rune: string): string => mapRune(rune, 'upper');
export const lowerRune = (rune: string): string => mapRune(rune, 'lower');

/** Letters that are two in one have a third form. */
const titleForms: Readonly<Record<string, string>> = Object.fromEntries(
  ['ǄǅǆǄ', 'ǇǈǉǇ', 'ǊǋǌǊ', 'ǱǲǳǱ'].flatMap((forms) =>
    Array.from(forms, (form) => [form, forms[1]!] as const),
  ),
);

const titleRune = (rune: string): string => titleForms[rune] ?? upperRune(rune);

/** strings.ToUpper: rune by rune. */
export function upper(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : runesOf(text).map(upperRune).join('');
}

/** strings.ToLower. */
export function lower(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : runesOf(text).map(lowerRune).join('');
}

function isSeparator(rune: string): boolean {
  if (rune <= '\x7f') return !/[A-Za-z0-9_]/.test(rune);
  return !/[\p{L}\p{Nd}]/u.test(rune) && isSpace(rune);
}

/** strings.Title: the first letter of each word in title case, the rest untouched. */
function title(text: string): string {
  let before = ' ';
  let out = '';
  for (const rune of text) {
    out += isSeparator(before) ? titleRune(rune) : rune;
    before = rune;
  }
  return out;
}

/** The first letter of each word in lower case. */
function untitle(text: string): string {
  let isStart = true;
  let out = '';
  for (const rune of text) {
    if (isSpace(rune)) {
      isStart = true;
      out += rune;
    } else {
      out += isStart ? lowerRune(rune) : rune;
      isStart = false;
    }
  }
  return out;
}

function swapcase(text: string): string {
  let isStart = true;
  let out = '';
  for (const rune of text) {
    if (/[\p{Lu}\p{Lt}]/u.test(rune)) {
      out += lowerRune(rune);
      isStart = false;
    } else if (/\p{Ll}/u.test(rune)) {
      out += isStart ? titleRune(rune) : upperRune(rune);
      isStart = false;
    } else {
      out += rune;
      isStart = isSpace(rune);
    }
  }
  return out;
}

/** goutils reads bytes as if each were a rune, which shows beyond ASCII. */
function byteRunes(text: string): string[] {
  return ascii.test(text)
    ? text.split('')
    : Array.from(toBytes(text), (byte) => String.fromCharCode(byte));
}

function initials(text: string): string {
  let isGap = true;
  let out = '';
  for (const rune of byteRunes(text)) {
    if (isSpace(rune)) isGap = true;
    else if (isGap) {
      out += rune;
      isGap = false;
    }
  }
  return out;
}

function nospace(text: string): string {
  const all = byteRunes(text);
  const kept = all.filter((rune) => !isSpace(rune));
  return kept.length === all.length ? text : kept.join('');
}

/** Case and words. */
export const caseFunctions: FunctionTable = {
  upper: fn(['string'], upper),
  lower: fn(['string'], lower),
  title: fn(['string'], title),
  untitle: fn(['string'], untitle),
  swapcase: fn(['string'], swapcase),
  initials: fn(['string'], initials),
  nospace: fn(['string'], nospace),
  snakecase: fn(['string'], (text: string) => camelCaseToLower(text, '_')),
  kebabcase: fn(['string'], (text: string) => camelCaseToLower(text, '-')),
  camelcase: fn(['string'], pascalCase),
};
