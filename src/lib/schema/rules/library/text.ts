import { RE2JS } from 're2js';
import type { Environment } from '@marcbachmann/cel-js';
import { refusedValue } from './refused-value.ts';

const compiled = new Map<string, RE2JS>();
const maxCompiled = 1000;

/** RE2 syntax and linear time, as on a real server; `matches` of the library under us has neither. */
function pattern(text: string): RE2JS {
  let made = compiled.get(text);
  if (made) return made;
  try {
    made = RE2JS.compile(text);
  } catch {
    throw refusedValue(`error parsing regexp: ${text}`);
  }
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(text, made);
  return made;
}

/** Whether a text holds a match of a pattern. */
export function matches(text: string, regexp: string): boolean {
  return pattern(regexp).matcher(text).find();
}

function findAll(text: string, regexp: string, limit = Infinity): string[] {
  const matcher = pattern(regexp).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Functions on texts that Kubernetes has beyond the core language: regular expressions, strings, `format`. */
export function addTextLibrary(environment: Environment): void {
  const add = environment.registerFunction.bind(environment);
  // `a.matches(b)` is turned into this one before it runs.
  add('string.matchesRe2(string): bool', matches);
  add('matches(string, string): bool', matches);
  add('string.find(string): string', (text: string, regexp: string) => {
    const matcher = pattern(regexp).matcher(text);
    return matcher.find() ? (matcher.group() ?? '') : '';
  });
  add('string.findAll(string): list<string>', (text: string, regexp: string) =>
    findAll(text, regexp),
  );
  add('string.findAll(string, int): list<string>', (text: string, regexp: string, limit: bigint) =>
    findAll(text, regexp, limit < 0n ? Infinity : Number(limit)),
  );
  add('string.charAt(int): string', (text: string, at: bigint) => {
    const letters = Array.from(text);
    if (at < 0n || at > BigInt(letters.length)) throw refusedValue(`index out of range: ${at}`);
    return letters[Number(at)] ?? '';
  });
  add('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  );
  add('string.replace(string, string, int): string', replaceSome);
  add('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''));
  add('string.format(list): string', (text: string, values: readonly unknown[]) =>
    formatted(text, values),
  );
}

function replaceSome(text: string, from: string, to: string, count: bigint): string {
  if (count < 0n) return text.replaceAll(from, () => to);
  let rest = text;
  let done = '';
  for (let left = count; left > 0n; left--) {
    const at = rest.indexOf(from);
    if (at < 0) break;
    done += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
  }
  return done + rest;
}

/** `"%s has %d".format([name, count])`: %s, %d, %f, %e, %b, %x, %X, %o and %%. */
function formatted(text: string, values: readonly unknown[]): string {
  let next = 0;
  const made = text.replaceAll(
    /%(?:\.(\d+))?([sdfebxXo%])|%/g,
    (whole, precision?: string, verb?: string) => {
      if (verb === '%') return '%';
      if (verb === undefined) throw refusedValue(`unrecognized formatting clause "${whole}"`);
      if (next >= values.length) throw refusedValue(`index ${next} out of range`);
      return clause(verb, values[next++], precision === undefined ? 6 : Number(precision));
    },
  );
  return made;
}

const clauses: Readonly<Record<string, (value: unknown, precision: number) => string>> = {
  s: shown,
  d: decimal,
  f: (value, precision) => Number(value).toFixed(precision),
  e: (value, precision) => Number(value).toExponential(precision),
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
  b: (value) => (typeof value === 'boolean' ? String(Number(value)) : whole(value).toString(2)),
  o: (value) => whole(value).toString(8),
};

function clause(verb: string, value: unknown, precision: number): string {
  return clauses[verb]!(value, Math.min(precision, 100));
}

function decimal(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  throw refusedValue('decimal clause can only be used on integers');
}

function hexadecimal(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value).toString('hex') : whole(value).toString(16);
}

function whole(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw refusedValue('only integers can be written in another base');
}

/** A value as `%s` prints it; texts inside lists and maps too stand without quotes. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}: ${shown(each)}`)
      .sort()
      .join(', ')}}`;
  return String(value);
}
