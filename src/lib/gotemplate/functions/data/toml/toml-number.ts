import { quote } from '../../../format/index.ts';
import { GoError } from '../../../template-error.ts';
import { int64 } from '../../../value/index.ts';
import { parseTime } from '../../date/parse-time.ts';
import { wrapTime } from '../../date/time.ts';
import { fixedZone, UTC, type Zone } from '../../date/zone.ts';
import { END, isDigit, shownCharacter, type TomlCursor } from './toml-cursor.ts';

/** Takes characters as long as they are of a set. */
function takeAll(cursor: TomlCursor, set: RegExp): void {
  cursor.skip((char) => set.test(char));
}

/** Each underscore stands between two digits. */
function hasGoodUnderscores(text: string): boolean {
  if (/^[+-]?(?:nan|inf)$/.test(text)) return true;
  return /[0-9a-fA-F]$/.test(text) && !/(?:^|[^0-9a-fA-F])_/.test(text);
}

const hasLeadingZero = (text: string): boolean =>
  /^0[^box]/.test(text) || (text.length > 2 && /^[+-]0/.test(text));

function integer(cursor: TomlCursor, text: string): unknown {
  const bad = (why: string): never =>
    cursor.failAt(cursor.line, `Invalid integer ${quote(text)}: ${why}`);
  if (!hasGoodUnderscores(text)) bad('underscores must be surrounded by digits');
  if (hasLeadingZero(text)) bad('cannot have leading zeroes');
  const digits = text.replaceAll('_', '').replace('+', '');
  const value = digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits);
  if (BigInt.asIntN(64, value) === value) return int64(value);
  return cursor.failAt(cursor.line, `${text} is out of range for int64`);
}

function float(cursor: TomlCursor, text: string): number {
  const bad = (why: string): never =>
    cursor.failAt(cursor.line, `Invalid float ${quote(text)}: ${why}`);
  const parts = text.split(/[.eE]/).filter((part) => part !== '');
  if (!parts.every(hasGoodUnderscores)) bad('underscores must be surrounded by digits');
  if (hasLeadingZero(parts[0] ?? '')) bad('cannot have leading zeroes');
  if (/\.(?![0-9])/.test(text)) bad("'.' must be followed by one or more digits");
  if (text.endsWith('nan')) return Number.NaN;
  if (text.endsWith('inf')) return text.startsWith('-') ? -Infinity : Infinity;
  const plain = text.replaceAll('_', '');
  if (!/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(plain)) {
    cursor.failAt(cursor.line, `Invalid float value: ${quote(text)}`);
  }
  const value = Number(plain);
  if (Number.isFinite(value)) return value;
  return cursor.failAt(cursor.line, `${text} is out of range for float64`);
}

const localDateTime = fixedZone('datetime-local', 0);
const localDate = fixedZone('date-local', 0);
const localTime = fixedZone('time-local', 0);

const layouts: readonly (readonly [string, Zone])[] = [
  ['2006-01-02T15:04:05.999999999Z07:00', UTC],
  ['2006-01-02T15:04:05.999999999', localDateTime],
  ['2006-01-02', localDate],
  ['15:04:05.999999999', localTime],
  ['2006-01-02T15:04Z07:00', UTC],
  ['2006-01-02T15:04', localDateTime],
  ['15:04', localTime],
];

/** Go takes one digit for two; then the separators are not where they should be. */
function isShort(text: string, layout: string): boolean {
  for (const [at, char] of Array.from(layout).entries()) {
    if (char === '.' || char === 'Z') return false;
    if (!isDigit(char) && text[at] !== char) return true;
  }
  return false;
}

function dateTime(cursor: TomlCursor, written: string): unknown {
  const text = written.replaceAll('z', 'Z').replaceAll(/[t ]/g, 'T');
  const bad = (): never => cursor.failAt(cursor.line, `invalid datetime: ${quote(text)}`);
  for (const [layout, zone] of layouts) {
    try {
      const moment = parseTime(layout, text, zone);
      return isShort(text, layout) ? bad() : wrapTime(moment);
    } catch (thrown) {
      if (!(thrown instanceof GoError) || thrown.message.startsWith('toml:')) throw thrown;
    }
  }
  return bad();
}

const bases: Readonly<Record<string, readonly [RegExp, string]>> = {
  b: [/[01]/, 'a binary'],
  o: [/[0-7]/, 'an octal'],
  x: [/[0-9a-fA-F]/, 'a hexadecimal'],
};

function based(cursor: TomlCursor, start: number): unknown {
  const [digits, name] = bases[cursor.next()]!;
  const first = cursor.peek();
  if (!digits.test(first)) {
    const read = cursor.text.slice(start, cursor.at) + (first === END ? '\0' : first);
    cursor.fail(`not ${name} number: '${read}'`);
  }
  takeAll(cursor, new RegExp(`^(?:${digits.source}|_)$`));
  return integer(cursor, cursor.text.slice(start, cursor.at));
}

function floatFrom(cursor: TomlCursor, start: number): number {
  takeAll(cursor, /^[0-9_.+\-eE]$/);
  return float(cursor, cursor.text.slice(start, cursor.at));
}

function decimal(cursor: TomlCursor, start: number): unknown {
  takeAll(cursor, /^[0-9_]$/);
  if (/^[.eE]$/.test(cursor.peek())) return floatFrom(cursor, start);
  return integer(cursor, cursor.text.slice(start, cursor.at));
}

/** A number or a date; it begins with a digit that has not been taken. */
export function numberOrDate(cursor: TomlCursor): unknown {
  const start = cursor.at;
  if (cursor.next() === '0' && bases[cursor.peek()] !== undefined) return based(cursor, start);
  takeAll(cursor, /^[0-9]$/);
  const isDate = cursor.at - start > 1 || cursor.text[start] !== '0';
  if (!isDate || !/^[-:]$/.test(cursor.peek())) return decimal(cursor, start);
  takeAll(cursor, /^[0-9\-:Tt .Zz+]$/);
  return dateTime(cursor, cursor.text.slice(start, cursor.at).trim());
}

function special(cursor: TomlCursor, start: number, rest: string): number {
  for (const char of rest) {
    if (!cursor.accept(char)) {
      cursor.fail(`invalid float: '${cursor.text.slice(start, cursor.at)}'`);
    }
  }
  return float(cursor, cursor.text.slice(start, cursor.at));
}

/** A number after its sign. */
export function signedNumber(cursor: TomlCursor): unknown {
  const start = cursor.at - 1;
  const char = cursor.next();
  if (char === 'i') return special(cursor, start, 'nf');
  if (char === 'n') return special(cursor, start, 'an');
  if (char === '.') cursor.fail("floats must start with a digit, not '.'");
  if (char === '0' && bases[cursor.peek()] !== undefined) {
    const read = cursor.text.slice(start, cursor.at + 1);
    cursor.fail(`cannot use sign with non-decimal numbers: '${read}'`);
  }
  if (isDigit(char)) return decimal(cursor, start);
  return cursor.fail(`expected a digit but got ${shownCharacter(char)}`);
}
