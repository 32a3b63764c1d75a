import { KnownError } from '../../../base/index.ts';
import { createEngine, functionTable } from '../../../lib/gotemplate/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import type { Call } from '../cobra/index.ts';

/** Helm's tables: every cell padded to its column, a tab after each but the last. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => lengthOf(row[at] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    widths.map((width, at) => pad(row[at] ?? '', width)).join('\t');
  return rows.map((row) => `${line(row)}\n`).join('');
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

/** Prints data in the format that `-o` asks for. `table` gives the text form. */
export function printAs(call: Call, data: unknown, table: () => string): void {
  const format = call.flags.string('output');
  if (format === 'json') call.io.stdout.write(`${goJson(data)}\n`);
  else if (format === 'yaml') call.io.stdout.write(stringify(data));
  else if (format === 'table') call.io.stdout.write(table());
  else throw new KnownError('invalid', 'invalid format type');
}

/** JSON as Go's encoder writes it: `<`, `>`, `&` escaped. */
export function goJson(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A stored time in Go's ANSI C layout: `Mon Jan  2 15:04:05 2006`, in the zone it was written in. */
export function ansiTime(stored: string): string {
  const { date } = zoned(stored);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = date.toISOString().slice(11, 19);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${clock} ${date.getUTCFullYear()}`;
}

/** A stored time as Go prints it: `2006-01-02 15:04:05.999 +0000 UTC`. */
export function goTimeText(stored: string): string {
  const { date, offset } = zoned(stored);
  const fraction = /\.(\d+)/.exec(stored)?.[0] ?? '';
  const clock = date.toISOString().slice(0, 19).replace('T', ' ');
  const zone = offset === '+0000' ? 'UTC' : offset;
  return `${clock}${fraction} ${offset} ${zone}`;
}

/** A stored time in a layout of Go's, in UTC unless it was stored with another zone. */
export function formattedTime(stored: string, layout: string): string {
  const { offset } = zoned(stored);
  const isUtc = offset === '+0000';
  const zone = isUtc
    ? 'UTC'
    : `Etc/GMT${offset.startsWith('+') ? '-' : '+'}${Number(offset.slice(1, 3))}`;
  const engine = createEngine({ functions: functionTable({ timeZone: zone }) });
  engine.add('time', '{{ dateInZone .layout (toDate .stored .time) .zone }}');
  const time = new Date(stored).toISOString();
  return engine.execute('time', { layout, stored: '2006-01-02T15:04:05Z07:00', time, zone });
}

function zoned(stored: string): { date: Date; offset: string } {
  const [, sign = '+', hours = '00', minutes = '00'] = /([+-])(\d\d):(\d\d)$/.exec(stored) ?? [];
  const shift = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return {
    date: new Date(new Date(stored).getTime() + shift),
    offset: `${sign}${hours}${minutes}`,
  };
}
