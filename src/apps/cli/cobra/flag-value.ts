import type { Flag, FlagType } from './command.ts';

/** A flag's value after parsing; durations in milliseconds. */
export type FlagValue = boolean | string | number | string[] | Record<string, string>;

type Read = (text: string, before: FlagValue | undefined) => FlagValue;

/** Reads one occurrence of a flag. `before` is what earlier occurrences gave. Throws an Error with Go's text. */
export const readers: Readonly<Record<FlagType, Read>> = {
  bool: (text) => {
    if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
    if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
    throw new Error(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
  },
  string: (text) => text,
  int: (text) => {
    if (!/^[+-]?(0x[0-9a-f]+|0b[01]+|0o?[0-7]+|\d+)$/i.test(text)) {
      throw new Error(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
    }
    return goInteger(text);
  },
  float: (text) => {
    if (text.trim() !== text || text === '' || Number.isNaN(Number(text))) {
      throw new Error(`strconv.ParseFloat: parsing ${goQuote(text)}: invalid syntax`);
    }
    return Number(text);
  },
  duration: (text) => parseDuration(text),
  stringSlice: (text, before) => [...((before as string[] | undefined) ?? []), ...readCsv(text)],
  stringArray: (text, before) => [...((before as string[] | undefined) ?? []), text],
  stringToString: (text, before) => {
    const pairs = readCsv(text).map((pair) => {
      const at = pair.indexOf('=');
      if (at < 0) throw new Error(`${pair} must be formatted as key=value`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    });
    return { ...(before as Record<string, string> | undefined), ...Object.fromEntries(pairs) };
  },
  count: (text, before) =>
    text === '+1' ? ((before as number | undefined) ?? 0) + 1 : Number(text),
};

const zeros: Readonly<Record<FlagType, FlagValue>> = {
  bool: false,
  string: '',
  int: 0,
  float: 0,
  duration: 0,
  stringSlice: [],
  stringArray: [],
  stringToString: {},
  count: 0,
};

/** The value of a flag that was not given. */
export function defaultValue(flag: Flag): FlagValue {
  const text = flag.default;
  if (text === undefined || text === '' || text === '[]') return zeros[flag.type];
  if (flag.type === 'stringSlice' || flag.type === 'stringArray')
    return readCsv(text.replace(/^\[|\]$/g, ''));
  return readers[flag.type](text, undefined);
}

function goInteger(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-]/, '');
  return sign * Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

/** Go's %q for what people type on command lines. */
export function goQuote(text: string): string {
  return JSON.stringify(text);
}

/** One record as encoding/csv reads it: fields with a comma stand in double quotes. */
function readCsv(text: string): string[] {
  if (text === '') return [];
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest);
    const field = quoted ? quoted[0] : (/^[^,]*/.exec(rest)?.[0] ?? '');
    if (!quoted && field.includes('"')) {
      throw new Error(
        `parse error on line 1, column ${text.length - rest.length + field.indexOf('"') + 1}: bare " in non-quoted-field`,
      );
    }
    fields.push(quoted ? quoted[1]!.replaceAll('""', '"') : field);
    if (field.length === rest.length) return fields;
    rest = rest.slice(field.length + 1);
  }
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's time.ParseDuration, in milliseconds: `1h30m`, `1.5s`, `0`. */
export function parseDuration(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (body === '') throw new Error(`time: invalid duration ${goQuote(text)}`);
  let total = 0;
  let rest = body;
  while (rest !== '') {
    const found = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (found === null) throw new Error(`time: invalid duration ${goQuote(text)}`);
    const unit = found[2] ?? '';
    if (unit === '') throw new Error(`time: missing unit in duration ${goQuote(text)}`);
    const ms = unitMs[unit];
    if (ms === undefined)
      throw new Error(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    total += Number(found[1]) * ms;
    rest = rest.slice(found[0].length);
  }
  return sign * total;
}
