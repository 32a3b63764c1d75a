import { type Moment, zoneAt } from './moment.ts';

/** Go's names for the pieces of a date, longest first where one begins another. */
export const token: RegExp =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|__2|_2(?!006)|2|3|4|5|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])/g;

export const months: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const days: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

const two = (value: number): string => String(value).padStart(2, '0');

interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly yearDay: number;
}

/** The calendar date and clock of a moment in its zone; month 1 is January. */
export function civilOf(moment: Moment): Civil {
  const date = new Date((moment.seconds + zoneAt(moment).offset) * 1000);
  const year = date.getUTCFullYear();
  const start = new Date(0);
  start.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - start.getTime()) / 86_400_000) + 1,
  };
}

function offsetText(offset: number, name: string): string {
  if (name.startsWith('Z') && offset === 0) return 'Z';
  const size = Math.abs(offset);
  const pieces = [two(Math.floor(size / 3600))];
  if (name.length > 3) pieces.push(two(Math.floor((size % 3600) / 60)));
  if (name.length > 6) pieces.push(two(size % 60));
  return (offset < 0 ? '-' : '+') + pieces.join(name.includes(':') ? ':' : '');
}

function fractionText(nanos: number, name: string): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .slice(0, name.length - 1);
  if (name[1] === '0') return name[0] + digits.padEnd(name.length - 1, '0');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : name[0] + kept;
}

const yearText = (year: number): string =>
  year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');

const writers: Readonly<Record<string, (civil: Civil) => string>> = {
  '2006': ({ year }) => yearText(year),
  '06': ({ year }) => two(((year % 100) + 100) % 100),
  January: ({ month }) => months[month - 1]!,
  Jan: ({ month }) => months[month - 1]!.slice(0, 3),
  '01': ({ month }) => two(month),
  '1': ({ month }) => String(month),
  Monday: ({ weekday }) => days[weekday]!,
  Mon: ({ weekday }) => days[weekday]!.slice(0, 3),
  '02': ({ day }) => two(day),
  '2': ({ day }) => String(day),
  _2: ({ day }) => String(day).padStart(2, ' '),
  '002': ({ yearDay }) => String(yearDay).padStart(3, '0'),
  __2: ({ yearDay }) => String(yearDay).padStart(3, ' '),
  '15': ({ hour }) => two(hour),
  '03': ({ hour }) => two(hour % 12 || 12),
  '3': ({ hour }) => String(hour % 12 || 12),
  '04': ({ minute }) => two(minute),
  '4': ({ minute }) => String(minute),
  '05': ({ second }) => two(second),
  '5': ({ second }) => String(second),
  PM: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  pm: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
};

/** A moment in a Go layout. */
export function formatTime(moment: Moment, layout: string): string {
  const civil = civilOf(moment);
  return layout.replaceAll(token, (name) => {
    const write = writers[name];
    if (write !== undefined) return write(civil);
    if (name === 'MST') {
      const { abbreviation, offset } = zoneAt(moment);
      return abbreviation === '' ? offsetText(offset, '-0700') : abbreviation;
    }
    if (name[0] === '.' || name[0] === ',') return fractionText(moment.nanos, name);
    return offsetText(zoneAt(moment).offset, name);
  });
}
