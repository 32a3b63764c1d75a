import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { GoNumber, type HostObject } from '../../value/index.ts';
import { fn } from '../define.ts';
import { durationRound, durationText, parseDuration, SECOND } from './duration.ts';
import { formatTime } from './layout.ts';
import { type Moment, momentAt, nanosOf } from './moment.ts';
import { parseTime } from './parse-time.ts';
import { momentOf, wrapTime, zeroTime } from './time.ts';
import { loadZone, UTC, type Zone } from './zone.ts';

export interface DatePorts {
  readonly now?: () => Date;
  readonly timeZone?: string;
}

const TIME = { named: 'time.Time' } as const;

/** The functions about time, for a clock and a local zone. */
class Dates {
  private readonly ports: DatePorts;
  private loaded: Zone | undefined;

  constructor(ports: DatePorts) {
    this.ports = ports;
  }

  /** Found when it is first asked for: most templates have no dates, and zones take their time to load. */
  private get local(): Zone {
    this.loaded ??= {
      ...(loadZone(this.ports.timeZone ?? 'UTC', UTC) ?? UTC),
      name: 'Local',
    };
    return this.loaded;
  }

  private present(): Moment {
    const milliseconds = this.ports.now?.().getTime() ?? 0;
    return momentAt(BigInt(milliseconds) * 1_000_000n, this.local);
  }

  now(): HostObject {
    return wrapTime({ ...this.present(), monotonic: 'm=+0.000000001' });
  }

  /** A time, or unix seconds of an integer kind; anything else is now. */
  private toMoment(value: unknown, kinds: readonly string[]): Moment {
    const moment = momentOf(value);
    if (moment !== undefined) return moment;
    if (typeof value === 'bigint') return momentAt(value * SECOND, this.local);
    if (value instanceof GoNumber && kinds.includes(value.kind)) {
      return momentAt(BigInt(value.value) * SECOND, this.local);
    }
    return this.present();
  }

  inZone(layout: string, value: unknown, zone: string): string {
    const moment = this.toMoment(value, ['int64', 'int32']);
    return formatTime({ ...moment, zone: loadZone(zone, this.local) ?? UTC }, layout);
  }

  modify(text: string, time: HostObject): HostObject {
    const moment = momentOf(time)!;
    return wrapTime(momentAt(nanosOf(moment) + parseDuration(text), moment.zone));
  }

  parse(layout: string, text: string): HostObject {
    return wrapTime(parseTime(layout, text, this.local));
  }

  private since(moment: Moment): bigint {
    return nanosOf(this.present()) - nanosOf(moment);
  }

  ago(value: unknown): string {
    const since = this.since(this.toMoment(value, ['int64']));
    const half = since < 0n ? -SECOND / 2n : SECOND / 2n;
    return durationText(((since + half) / SECOND) * SECOND);
  }

  round(value: unknown): string {
    if (typeof value === 'string') return durationRound(orZero(() => parseDuration(value)));
    if (value instanceof GoNumber && value.kind === 'int64')
      return durationRound(value.value as bigint);
    const moment = momentOf(value);
    return durationRound(moment === undefined ? 0n : this.since(moment));
  }
}

function orZero(run: () => bigint): bigint {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoError) return 0n;
    throw thrown;
  }
}

function duration(value: unknown): string {
  if (typeof value === 'string') {
    const number = /^[+-]?\d+$/.test(value) ? BigInt(value.replace('+', '')) : 0n;
    const seconds = BigInt.asIntN(64, number) === number ? number : 0n;
    return durationText(BigInt.asIntN(64, seconds * SECOND));
  }
  if (value instanceof GoNumber && value.kind === 'int64') {
    return durationText(BigInt.asIntN(64, (value.value as bigint) * SECOND));
  }
  return '0s';
}

function keep<T>(run: () => T, otherwise: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoError) return otherwise();
    throw thrown;
  }
}

/** Dates in Go's layouts. Without a clock it is always 1970. */
export function dateFunctions(ports: DatePorts): FunctionTable {
  const dates = new Dates(ports);
  const inZone = fn(['string', 'any', 'string'], (layout: string, value: unknown, zone: string) =>
    dates.inZone(layout, value, zone),
  );
  const modify = fn(['string', TIME], (text: string, time: HostObject) =>
    keep(
      () => dates.modify(text, time),
      () => time,
    ),
  );
  const mustModify = fn(['string', TIME], (text: string, time: HostObject) =>
    dates.modify(text, time),
  );
  return {
    now: fn([], () => dates.now()),
    date: fn(['string', 'any'], (layout: string, value: unknown) =>
      dates.inZone(layout, value, 'Local'),
    ),
    dateInZone: inZone,
    date_in_zone: inZone,
    htmlDate: fn(['any'], (value: unknown) => dates.inZone('2006-01-02', value, 'Local')),
    htmlDateInZone: fn(['any', 'string'], (value: unknown, zone: string) =>
      dates.inZone('2006-01-02', value, zone),
    ),
    dateModify: modify,
    date_modify: modify,
    mustDateModify: mustModify,
    must_date_modify: mustModify,
    toDate: fn(['string', 'string'], (layout: string, text: string) =>
      keep(() => dates.parse(layout, text), zeroTime),
    ),
    mustToDate: fn(['string', 'string'], (layout: string, text: string) =>
      dates.parse(layout, text),
    ),
    unixEpoch: fn([TIME], (time: HostObject) => String(momentOf(time)!.seconds)),
    ago: fn(['any'], (value: unknown) => dates.ago(value)),
    duration: fn(['any'], duration),
    durationRound: fn(['any'], (value: unknown) => dates.round(value)),
  };
}
