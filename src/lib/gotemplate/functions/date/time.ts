import { HostObject, type HostType, int64 } from '../../value/index.ts';
import { goDuration } from './duration.ts';
import { civilOf, days, formatTime, months } from './layout.ts';
import { type Moment, momentAt, nanosOf } from './moment.ts';
import { UTC, type Zone } from './zone.ts';

const RFC3339 = '2006-01-02T15:04:05.999999999Z07:00';

/** 1 January of year 1, Go's zero time. */
const ZERO_SECONDS = -62_135_596_800;

function text(moment: Moment): string {
  const shown = formatTime(moment, '2006-01-02 15:04:05.999999999 -0700 MST');
  return moment.monotonic === undefined ? shown : `${shown} ${moment.monotonic}`;
}

const goZones: Readonly<Record<string, string>> = { UTC: 'time.UTC', Local: 'time.Local' };

/** `time.Date(2020, time.January, 2, …)` */
function goText(moment: Moment): string {
  const { year, month, day, hour, minute, second } = civilOf(moment);
  const zone = goZones[moment.zone.name] ?? `time.Location(${JSON.stringify(moment.zone.name)})`;
  const clock = [day, hour, minute, second, moment.nanos].join(', ');
  return `time.Date(${year}, time.${months[month - 1]}, ${clock}, ${zone})`;
}

const whole =
  (read: (moment: Moment) => number) =>
  (moment: Moment): bigint =>
    BigInt(read(moment));

/** Months and weekdays are named numbers. */
function named(type: string, names: readonly string[]) {
  const hostType: HostType = {
    name: type,
    kind: 'struct',
    fields: {},
    text: (number: number) => names[number] ?? `%!${type}(${number})`,
    json: (number: number) => number,
    methods: { String: { params: [], call: (number: number) => names[number] } },
  };
  return (number: number): HostObject => new HostObject(hostType, number);
}

const goMonth = named('time.Month', ['', ...months]);
const goWeekday = named('time.Weekday', days);

const TIME = { named: 'time.Time' } as const;
const DURATION = { named: 'time.Duration', whole: goDuration } as const;

function addDate(moment: Moment, years: number, more: number, plus: number): HostObject {
  const civil = civilOf(moment);
  const { offset } = moment.zone.at(moment.seconds);
  const local = Date.UTC(2000, 0, 1, civil.hour, civil.minute, civil.second);
  const date = new Date(local);
  date.setUTCFullYear(civil.year + years, civil.month - 1 + more, civil.day + plus);
  return wrapTime({ ...moment, seconds: date.getTime() / 1000 - offset });
}

/** The zone of the machine, as far as the moment has come by way of it. */
const localOf = (moment: Moment): Zone | undefined =>
  moment.zone.name === 'Local' ? moment.zone : moment.local;

function inZone(moment: Moment, zone: Zone): Moment {
  const local = localOf(moment);
  const { seconds, nanos } = moment;
  return { seconds, nanos, zone, ...(local === undefined ? {} : { local }) };
}

/** Whether clocks are further ahead than at some other time of the year. */
function isSummerTime(moment: Moment): boolean {
  const { year } = civilOf(moment);
  const offsetIn = (month: number): number =>
    moment.zone.at(Date.UTC(year, month, 1) / 1000).offset;
  return moment.zone.at(moment.seconds).offset > Math.min(offsetIn(0), offsetIn(6));
}

const locationType: HostType = {
  name: '*time.Location',
  kind: 'ptr',
  fields: {},
  text: (name: string) => name,
  methods: { String: { params: [], call: (name: string) => name } },
};

const other = (time: HostObject): Moment => time.value as Moment;

function compare(a: bigint, b: bigint): bigint {
  if (a === b) return 0n;
  return a < b ? -1n : 1n;
}

/** How far a moment is past the last multiple of a duration since the zero time; 0 for one that is not positive. */
function pastMultiple(moment: Moment, step: bigint): bigint {
  if (step <= 0n) return 0n;
  const since = nanosOf(moment) - BigInt(ZERO_SECONDS) * 1_000_000_000n;
  return ((since % step) + step) % step;
}

function shifted(moment: Moment, by: bigint): HostObject {
  return wrapTime(momentAt(nanosOf(moment) + by, moment.zone));
}

function rounded(moment: Moment, step: bigint): HostObject {
  const past = pastMultiple(moment, step);
  return shifted(moment, past * 2n < step || past === 0n ? -past : step - past);
}

const secondResult = (name: string, type: string): string =>
  `invalid function signature for ${name}: second return value should be error; is ${type}`;

const timeType: HostType = {
  name: 'time.Time',
  kind: 'struct',
  fields: {
    wall: (moment: Moment) => BigInt(moment.nanos),
    ext: (moment: Moment) => int64(moment.seconds - ZERO_SECONDS),
    loc: (moment: Moment) => moment.zone.name,
  },
  uncallable: {
    Zone: secondResult('Zone', 'int'),
    ISOWeek: secondResult('ISOWeek', 'int'),
    Date: 'function Date has 3 return values; should be 1 or 2',
    Clock: 'function Clock has 3 return values; should be 1 or 2',
    ZoneBounds: secondResult('ZoneBounds', 'time.Time'),
  },
  text,
  goText,
  json: (moment: Moment) => formatTime(moment, RFC3339),
  methods: {
    String: { params: [], call: text },
    Format: { params: ['string'], call: (m: Moment, layout: string) => formatTime(m, layout) },
    Unix: { params: [], call: (m: Moment) => int64(m.seconds) },
    UnixNano: { params: [], call: (m: Moment) => int64(nanosOf(m)) },
    UnixMilli: { params: [], call: (m: Moment) => int64(nanosOf(m) / 1_000_000n) },
    UnixMicro: { params: [], call: (m: Moment) => int64(nanosOf(m) / 1000n) },
    Year: { params: [], call: whole((m) => civilOf(m).year) },
    Month: { params: [], call: (m: Moment) => goMonth(civilOf(m).month) },
    Day: { params: [], call: whole((m) => civilOf(m).day) },
    Hour: { params: [], call: whole((m) => civilOf(m).hour) },
    Minute: { params: [], call: whole((m) => civilOf(m).minute) },
    Second: { params: [], call: whole((m) => civilOf(m).second) },
    Nanosecond: { params: [], call: whole((m) => m.nanos) },
    YearDay: { params: [], call: whole((m) => civilOf(m).yearDay) },
    Weekday: { params: [], call: (m: Moment) => goWeekday(civilOf(m).weekday) },
    UTC: { params: [], call: (m: Moment) => wrapTime(inZone(m, UTC)) },
    Local: {
      params: [],
      call: (m: Moment) => wrapTime(inZone(m, localOf(m) ?? { ...UTC, name: 'Local' })),
    },
    Location: { params: [], call: (m: Moment) => new HostObject(locationType, m.zone.name) },
    IsDST: { params: [], call: isSummerTime },
    GoString: { params: [], call: goText },
    IsZero: { params: [], call: (m: Moment) => m.seconds === ZERO_SECONDS && m.nanos === 0 },
    AddDate: { params: ['int', 'int', 'int'], call: addDate },
    Add: {
      params: [DURATION],
      call: (m: Moment, d: HostObject) => shifted(m, d.value as bigint),
    },
    Truncate: {
      params: [DURATION],
      call: (m: Moment, d: HostObject) => shifted(m, -pastMultiple(m, d.value as bigint)),
    },
    Round: {
      params: [DURATION],
      call: (m: Moment, d: HostObject) => rounded(m, d.value as bigint),
    },
    Sub: {
      params: [TIME],
      call: (m: Moment, t: HostObject) => goDuration(nanosOf(m) - nanosOf(other(t))),
    },
    Before: { params: [TIME], call: (m: Moment, t: HostObject) => nanosOf(m) < nanosOf(other(t)) },
    After: { params: [TIME], call: (m: Moment, t: HostObject) => nanosOf(m) > nanosOf(other(t)) },
    Compare: {
      params: [TIME],
      call: (m: Moment, t: HostObject) => compare(nanosOf(m), nanosOf(other(t))),
    },
    MarshalText: { params: [], call: (m: Moment) => Buffer.from(formatTime(m, RFC3339)) },
    MarshalJSON: {
      params: [],
      call: (m: Moment) => Buffer.from(JSON.stringify(formatTime(m, RFC3339))),
    },
    Equal: { params: [TIME], call: (m: Moment, t: HostObject) => nanosOf(m) === nanosOf(other(t)) },
  },
};

/** A moment as a template sees it: Go's time.Time. */
export function wrapTime(moment: Moment): HostObject {
  return new HostObject(timeType, moment);
}

/** Go's zero time. */
export function zeroTime(): HostObject {
  return wrapTime({ seconds: ZERO_SECONDS, nanos: 0, zone: UTC });
}

/** The moment in a value, when it is a time. */
export function momentOf(value: unknown): Moment | undefined {
  return value instanceof HostObject && value.type === timeType
    ? (value.value as Moment)
    : undefined;
}
