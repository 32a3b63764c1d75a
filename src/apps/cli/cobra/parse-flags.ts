import type { Flag, FlagValues } from './command.ts';
import { defaultValue, goQuote, readers, type FlagValue } from './flag-value.ts';

/** A command line that pflag refuses; the message is pflag's. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ParsedFlags {
  readonly args: readonly string[];
  readonly values: FlagValues;
  /** Texts for standard error: deprecated flags that were used. */
  readonly notices: readonly string[];
}

interface Parsing {
  readonly flags: readonly Flag[];
  readonly given: Map<string, FlagValue>;
  readonly notices: string[];
}

/** Parses as pflag does with interspersed arguments; `--` ends the flags. */
export function parseFlags(
  argv: readonly string[],
  flags: readonly Flag[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags {
  const parsing: Parsing = { flags, given: new Map(), notices: [] };
  const args: string[] = [];
  const rest = [...argv];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      args.push(...rest);
      break;
    }
    if (arg.startsWith('--')) readLong(parsing, arg, rest);
    else if (arg.startsWith('-') && arg !== '-') readShort(parsing, arg, rest);
    else args.push(arg);
  }
  return { args, values: valuesOf(parsing, env), notices: parsing.notices };
}

/** What a flag stands for when it is written without a value. */
export function bareValue(flag: Flag): string | undefined {
  if (flag.bare !== undefined) return flag.bare;
  if (flag.type === 'bool') return 'true';
  return flag.type === 'count' ? '+1' : undefined;
}

function readLong(parsing: Parsing, arg: string, rest: string[]): void {
  const equals = arg.indexOf('=');
  const name = arg.slice(2, equals < 0 ? undefined : equals);
  if (name === '' || name.startsWith('-')) throw new UsageError(`bad flag syntax: ${arg}`);
  const flag = parsing.flags.find((each) => each.name === name);
  if (flag === undefined)
    throw new UsageError(name === 'help' ? 'pflag: help requested' : `unknown flag: --${name}`);
  const value = equals >= 0 ? arg.slice(equals + 1) : (bareValue(flag) ?? rest.shift());
  if (value === undefined) throw new UsageError(`flag needs an argument: ${arg}`);
  take(parsing, flag, value);
}

function readShort(parsing: Parsing, arg: string, rest: string[]): void {
  let letters = arg.slice(1);
  while (letters !== '') {
    const letter = letters[0] ?? '';
    const flag = parsing.flags.find((each) => each.shorthand === letter);
    if (flag === undefined)
      throw new UsageError(`unknown shorthand flag: '${letter}' in -${letters}`);
    const after = letters.slice(1);
    if (after.startsWith('=')) return take(parsing, flag, after.slice(1));
    const bare = bareValue(flag);
    if (bare === undefined) {
      const value = after !== '' ? after : rest.shift();
      if (value === undefined)
        throw new UsageError(`flag needs an argument: '${letter}' in -${letters}`);
      return take(parsing, flag, value);
    }
    take(parsing, flag, bare);
    letters = after;
  }
}

function take({ given, notices }: Parsing, flag: Flag, text: string): void {
  try {
    given.set(flag.name, readers[flag.type](text, given.get(flag.name)));
  } catch (thrown) {
    const shown =
      flag.shorthand === undefined ? `--${flag.name}` : `-${flag.shorthand}, --${flag.name}`;
    throw new UsageError(
      `invalid argument ${goQuote(text)} for "${shown}" flag: ${(thrown as Error).message}`,
    );
  }
  if (flag.deprecated !== undefined)
    notices.push(`Flag --${flag.name} has been deprecated, ${flag.deprecated}`);
}

function valuesOf(
  { flags, given }: Parsing,
  env: Readonly<Record<string, string | undefined>>,
): FlagValues {
  for (const flag of flags) {
    const text = flag.env === undefined ? undefined : env[flag.env];
    if (text === undefined || text === '' || given.has(flag.name)) continue;
    try {
      given.set(flag.name, readers[flag.type](text, undefined));
    } catch (thrown) {
      throw new UsageError(
        `invalid value ${goQuote(text)} of ${flag.env}: ${(thrown as Error).message}`,
      );
    }
  }
  const value = (name: string): FlagValue => {
    const flag = flags.find((each) => each.name === name);
    if (flag === undefined) throw new TypeError(`flag ${name} was never declared`);
    return given.get(name) ?? defaultValue(flag);
  };
  return {
    changed: (name) => given.has(name),
    bool: (name) => value(name) === true,
    string: (name) => String(value(name)),
    number: (name) => Number(value(name)),
    list: (name) => value(name) as string[],
    map: (name) => value(name) as Record<string, string>,
  };
}
