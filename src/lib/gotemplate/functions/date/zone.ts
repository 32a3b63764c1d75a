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

const locales = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA', 'ja-JP', 'ko-KR', 'zh-CN'];

const known: Readonly<Record<string, readonly [string, string]>> = {
  'Asia/Tokyo': ['JST', 'JDT'],
  'Asia/Seoul': ['KST', 'KDT'],
  'Asia/Shanghai': ['CST', 'CDT'],
  'Asia/Hong_Kong': ['HKT', 'HKST'],
  'Asia/Kolkata': ['IST', 'IST'],
  'Asia/Calcutta': ['IST', 'IST'],
  'Asia/Jakarta': ['WIB', 'WIB'],
  'Asia/Manila': ['PST', 'PDT'],
  'Asia/Karachi': ['PKT', 'PKST'],
  'Asia/Jerusalem': ['IST', 'IDT'],
  'Africa/Johannesburg': ['SAST', 'SAST'],
  'Africa/Nairobi': ['EAT', 'EAT'],
  'Africa/Lagos': ['WAT', 'WAT'],
  'Africa/Cairo': ['EET', 'EEST'],
  'Europe/Moscow': ['MSK', 'MSD'],
  'Pacific/Auckland': ['NZST', 'NZDT'],
};

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

/** Mid-winter and mid-summer of a year whose names the library knows; it has none before 1970. */
const samples = [Date.UTC(2020, 0, 15) / 1000, Date.UTC(2020, 6, 15) / 1000];

/** The letters of a zone at an offset: what they are now at a time of the year with that offset. */
function abbreviate(name: string, offset: number): string {
  const offsets = samples.map((second) => offsetOf(formatFor(name), second));
  const names = known[name];
  if (names !== undefined) return offset > Math.min(...offsets) ? names[1] : names[0];
  const second = samples[offsets.indexOf(offset)];
  if (second === undefined) return numeric(offset);
  for (const locale of locales) {
    const format = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' });
    const short = parts(format, second).timeZoneName ?? '';
    if (/^[A-Z]{3,5}$/.test(short)) return short;
  }
  return numeric(offset);
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
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return undefined;
  try {
    const format = formatFor(name);
    return {
      name,
      at: (second) => {
        const offset = offsetOf(format, second);
        return { offset, abbreviation: abbreviate(name, offset) };
      },
    };
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
