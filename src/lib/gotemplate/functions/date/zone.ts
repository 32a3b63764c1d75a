import { zoneLetters } from './zone-letters.ts';

/** A time zone: the name Go gives it, and its offset at a moment. */
export interface Zone {
  /** `UTC`, `Local` or an IANA name. */
  readonly name: string;
  /** Seconds east of UTC and the abbreviation at that unix second. */
  readonly at: (second: number) => { readonly offset: number; readonly abbreviation: string };
}

export const UTC: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

/** A zone with one offset, as a parsed time without a known name has. */
export function fixedZone(name: string, offset: number): Zone {
  return { name, at: () => ({ offset, abbreviation: name }) };
}

function parts(format: Intl.DateTimeFormat, second: number): Record<string, string> {
  return Object.fromEntries(
    format.formatToParts(new Date(second * 1000)).map(({ type, value }) => [type, value]),
  );
}

function offsetOf(format: Intl.DateTimeFormat, second: number): number {
  const { year, month, day, hour, minute, second: s } = parts(format, second);
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour) % 24,
    Number(minute),
    Number(s),
  );
  return Math.round(local / 1000 - second);
}

/** `+05:45` as Go names a zone without letters: `+0545`, or `+03` for whole hours. */
function numeric(offset: number): string {
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 3600)).padStart(2, '0');
  const minutes = Math.floor((size % 3600) / 60);
  return (offset < 0 ? '-' : '+') + hours + (minutes === 0 ? '' : String(minutes).padStart(2, '0'));
}

/** Before there were time zones each place had its own local mean time. */
function lettersOf(name: string, offset: number): string {
  return zoneLetters(name, offset) ?? (offset % 60 === 0 ? numeric(offset) : 'LMT');
}

function formatFor(name: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** The zone of an IANA name, `UTC` or ``; `undefined` when there is none of that name. */
export function loadZone(name: string, local: Zone): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  if (name === 'Local') return local;
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return undefined;
  try {
    const format = formatFor(name);
    return {
      name,
      at: (second) => {
        const offset = offsetOf(format, second);
        return { offset, abbreviation: lettersOf(name, offset) };
      },
    };
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
