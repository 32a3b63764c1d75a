import { Cron } from 'croner';

/** What a CronJob says of its times. */
export interface CronTimes {
  readonly schedule: string;
  readonly timeZone?: string | undefined;
  /** Nothing before it counts as missed. */
  readonly since: Date;
  readonly now: Date;
}

export interface DueTimes {
  /** The last time that has come since then; undefined: none. */
  readonly due: Date | undefined;
  /** The next one after now; undefined: never again. */
  readonly next: Date | undefined;
}

/** Times of a schedule: five fields, `@hourly` and its like, `@every 90m`. Throws what croner says of others. Pure. */
export function cronTimes({ schedule, timeZone, since, now }: CronTimes): DueTimes {
  const [, zone, rest = schedule] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(schedule) ?? [];
  const every = /^@every\s+(.+)$/.exec(rest.trim());
  if (every !== null) return everyTimes(durationMs(every[1] ?? ''), since, now);
  const cron = new Cron(rest.trim(), { timezone: timeZone ?? zone ?? 'UTC', mode: '5-part' });
  // The moment itself counts, so the look back begins a moment later.
  const [last] = cron.previousRuns(1, new Date(now.getTime() + 1));
  const isDue = last !== undefined && last.getTime() > since.getTime();
  return { due: isDue ? last : undefined, next: cron.nextRun(now) ?? undefined };
}

function everyTimes(periodMs: number, since: Date, now: Date): DueTimes {
  const passed = Math.floor((now.getTime() - since.getTime()) / periodMs);
  const at = (count: number): Date => new Date(since.getTime() + count * periodMs);
  return { due: passed > 0 ? at(passed) : undefined, next: at(passed + 1) };
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** `1h30m` as Go writes durations; whole seconds, one at least. */
function durationMs(text: string): number {
  let ms = 0;
  for (const [, digits, unit = ''] of text.matchAll(/([\d.]+)(h|m|s)/g))
    ms += Number(digits) * (unitMs[unit] ?? 0);
  return Math.max(1000, Math.floor(ms / 1000) * 1000);
}
