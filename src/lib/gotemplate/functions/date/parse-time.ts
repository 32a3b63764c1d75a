import { quote } from '../../format/index.ts';
import { GoError } from '../../template-error.ts';
import { days, months, token } from './layout.ts';
import type { Moment } from './moment.ts';
import { fixedZone, UTC, type Zone } from './zone.ts';

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  isPm: boolean;
  isAm: boolean;
  offset: number | undefined;
  zoneName: string;
}

const patterns: Readonly<Record<string, RegExp>> = {
  '2006': /^\d{4}/,
  '06': /^\d{2}/,
  '01': /^\d{2}/,
  '1': /^\d{1,2}/,
  '02': /^\d{2}/,
  '2': /^\d{1,2}/,
  _2: /^ ?\d{1,2}/,
  '002': /^\d{3}/,
  __2: /^ {0,2}\d{1,3}/,
  '15': /^\d{1,2}/,
  '03': /^\d{2}/,
  '3': /^\d{1,2}/,
  '04': /^\d{2}/,
  '4': /^\d{1,2}/,
  '05': /^\d{2}/,
  '5': /^\d{1,2}/,
  PM: /^(?:AM|PM)/,
  pm: /^(?:am|pm)/,
  MST: /^(?:[A-Z]{3,5}|[+-]\d{2,4})/,
  '-0700': /^[+-]\d{4}/,
  '-07:00': /^[+-]\d\d:\d\d/,
  '-07': /^[+-]\d\d/,
  '-070000': /^[+-]\d{6}/,
  '-07:00:00': /^[+-]\d\d:\d\d:\d\d/,
  Z0700: /^(?:Z|[+-]\d{4})/,
  'Z07:00': /^(?:Z|[+-]\d\d:\d\d)/,
  Z07: /^(?:Z|[+-]\d\d)/,
  Z070000: /^(?:Z|[+-]\d{6})/,
  'Z07:00:00': /^(?:Z|[+-]\d\d:\d\d:\d\d)/,
};

interface NumberPiece {
  readonly field: 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second';
  readonly least?: number;
  readonly most?: number;
}

const month: NumberPiece = { field: 'month', least: 1, most: 12 };
const hour12: NumberPiece = { field: 'hour', most: 12 };
const minute: NumberPiece = { field: 'minute', most: 59 };
const second: NumberPiece = { field: 'second', most: 59 };

/** The pieces that are numbers, with what they may be. */
const numbers: Readonly<Record<string, NumberPiece>> = {
  '2006': { field: 'year' },
  '06': { field: 'year' },
  '01': month,
  '1': month,
  '02': { field: 'day' },
  '2': { field: 'day' },
  _2: { field: 'day' },
  '002': { field: 'yearDay' },
  __2: { field: 'yearDay' },
  '15': { field: 'hour', most: 23 },
  '03': hour12,
  '3': hour12,
  '04': minute,
  '4': minute,
  '05': second,
  '5': second,
};

function nameAt(
  names: readonly string[],
  text: string,
  length?: number,
): { index: number; text: string } | undefined {
  const index = names.findIndex((name) =>
    text.toLowerCase().startsWith(name.slice(0, length).toLowerCase()),
  );
  return index < 0 ? undefined : { index, text: text.slice(0, length ?? names[index]!.length) };
}

function offsetOf(text: string): number {
  if (text === 'Z') return 0;
  const digits = text.replaceAll(/[^\d]/g, '');
  const seconds =
    Number(digits.slice(0, 2)) * 3600 +
    Number(digits.slice(2, 4)) * 60 +
    Number(digits.slice(4, 6));
  return text.startsWith('-') ? -seconds : seconds;
}

/** Reads a text by a layout, piece by piece. */
class TimeReader {
  private readonly layout: string;
  private readonly text: string;
  private rest: string;
  private readonly seen = new Set<string>();
  private readonly fields: Fields = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    isPm: false,
    isAm: false,
    offset: undefined,
    zoneName: '',
  };

  constructor(layout: string, text: string) {
    this.layout = layout;
    this.text = text;
    this.rest = text;
  }

  private fault(piece: string, rest = this.rest): GoError {
    const head = `parsing time ${quote(this.text)} as ${quote(this.layout)}: `;
    return new GoError(`${head}cannot parse ${quote(rest)} as ${quote(piece)}`);
  }

  private outOfRange(what: string): GoError {
    return new GoError(`parsing time ${quote(this.text)}: ${what} out of range`);
  }

  read(local: Zone): Moment {
    let from = 0;
    for (const match of this.layout.matchAll(token)) {
      this.literal(this.layout.slice(from, match.index));
      this.piece(match[0]);
      from = match.index + match[0].length;
    }
    this.literal(this.layout.slice(from));
    if (this.rest !== '') {
      throw new GoError(`parsing time ${quote(this.text)}: extra text: ${quote(this.rest)}`);
    }
    return this.moment(local);
  }

  /** Text that stands in the layout; blanks in it match any number of blanks. */
  private literal(text: string): void {
    let at = 0;
    while (at < text.length) {
      const isBlank = text[at] === ' ';
      const mismatch = isBlank
        ? this.rest !== '' && this.rest[0] !== ' '
        : this.rest[0] !== text[at];
      if (mismatch) throw this.fault(text);
      if (isBlank) {
        while (text[at] === ' ') at++;
        this.rest = this.rest.replace(/^ +/, '');
      } else {
        at++;
        this.rest = this.rest.slice(1);
      }
    }
  }

  private piece(name: string): void {
    if (name[0] === '.' || name[0] === ',') return this.fraction(name);
    const word = this.word(name);
    if (word) return;
    const match = patterns[name]?.exec(this.rest);
    if (match === null || match === undefined) throw this.fault(name);
    this.rest = this.rest.slice(match[0].length);
    this.set(name, match[0]);
    const isSecond = name === '05' || name === '5';
    const fraction = isSecond ? /^[.,]\d+/.exec(this.rest) : null;
    if (fraction !== null) this.takeFraction(fraction[0]);
  }

  private takeFraction(text: string): void {
    this.fields.nanos = Number(text.slice(1, 10).padEnd(9, '0'));
    this.rest = this.rest.slice(text.length);
  }

  private fraction(name: string): void {
    const isFixed = name[1] === '0';
    const match = /^[.,]\d+/.exec(this.rest);
    if (isFixed) {
      if (this.fields.nanos !== 0 && match === null) return;
      if (match === null || match[0].length < name.length) throw this.fault(name);
      this.takeFraction(match[0].slice(0, name.length));
    } else if (match !== null) this.takeFraction(match[0]);
  }

  private word(name: string): boolean {
    const isMonth = name === 'January' || name === 'Jan';
    if (!isMonth && name !== 'Monday' && name !== 'Mon') return false;
    const found = nameAt(isMonth ? months : days, this.rest, name.length === 3 ? 3 : undefined);
    if (found === undefined) throw this.fault(name);
    if (isMonth) this.fields.month = found.index + 1;
    if (isMonth) this.seen.add('month');
    this.rest = this.rest.slice(found.text.length);
    return true;
  }

  private set(name: string, text: string): void {
    const number = numbers[name];
    if (number === undefined) return this.setWord(name, text);
    const value = Number(text.trim());
    const { field, least = 0, most = Infinity } = number;
    if (value < least || value > most) throw this.outOfRange(field);
    this.seen.add(field);
    this.fields[field] = name === '06' ? value + (value >= 69 ? 1900 : 2000) : value;
  }

  private setWord(name: string, text: string): void {
    const { fields } = this;
    if (name === 'MST') fields.zoneName = text;
    else if (name === 'PM' || name === 'pm') {
      fields.isPm = text.toLowerCase() === 'pm';
      fields.isAm = !fields.isPm;
    } else fields.offset = offsetOf(text);
  }

  private moment(local: Zone): Moment {
    const { fields } = this;
    if (fields.isPm && fields.hour < 12) fields.hour += 12;
    else if (fields.isAm && fields.hour === 12) fields.hour = 0;
    const date = new Date(0);
    if (fields.yearDay !== undefined) this.setYearDay(date, fields.yearDay);
    else {
      date.setUTCFullYear(fields.year, fields.month - 1, fields.day);
      if (fields.day < 1 || date.getUTCDate() !== fields.day) throw this.outOfRange('day');
    }
    const clock = fields.hour * 3600 + fields.minute * 60 + fields.second;
    const seconds = date.getTime() / 1000 + clock;
    return this.inZone(seconds, local);
  }

  /** The day of the year says month and day, which must not be other ones where they were given too. */
  private setYearDay(date: Date, yearDay: number): void {
    const { fields, seen } = this;
    date.setUTCFullYear(fields.year, 0, yearDay);
    if (yearDay < 1 || date.getUTCFullYear() !== fields.year) throw this.outOfRange('day-of-year');
    const clash = (what: string): GoError =>
      new GoError(`parsing time ${quote(this.text)}: day-of-year does not match ${what}`);
    if (seen.has('month') && fields.month !== date.getUTCMonth() + 1) throw clash('month');
    if (seen.has('day') && fields.day !== date.getUTCDate()) throw clash('day');
  }

  private inZone(seconds: number, local: Zone): Moment {
    const { offset, zoneName, nanos } = this.fields;
    if (offset !== undefined) return this.atOffset(seconds - offset, offset, local);
    if (zoneName === 'UTC') return { seconds, nanos, zone: UTC };
    if (zoneName !== '' && local.at(seconds).abbreviation !== zoneName) {
      return { seconds, nanos, zone: fixedZone(zoneName, 0) };
    }
    const guess = local.at(seconds).offset;
    return { seconds: seconds - local.at(seconds - guess).offset, nanos, zone: local };
  }

  /** The local zone, when it has that offset and name then; else UTC or a zone of its own. */
  private atOffset(seconds: number, offset: number, local: Zone): Moment {
    const { zoneName, nanos } = this.fields;
    const isUtc = offset === 0 && (zoneName === '' || zoneName === 'UTC');
    if (isUtc) return { seconds, nanos, zone: UTC };
    const here = local.at(seconds);
    const isLocal = here.offset === offset && (zoneName === '' || here.abbreviation === zoneName);
    return { seconds, nanos, zone: isLocal ? local : fixedZone(zoneName, offset) };
  }
}

/** time.ParseInLocation. Throws `GoError` with Go's text. */
export function parseTime(layout: string, text: string, local: Zone): Moment {
  return new TimeReader(layout, text).read(local);
}
