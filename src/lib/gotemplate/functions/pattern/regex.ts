import { createRequire } from 'node:module';
import type * as Re2 from 're2js';
import type { RE2JS } from 're2js';
import { canBackquote, quote } from '../../format/index.ts';
import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { typedList } from '../../value/index.ts';
import { fn } from '../define.ts';

const LONGEST_PATTERN = 64 * 1024;

/** One match: its bounds, and the groups' texts. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

type Pattern = ReturnType<typeof RE2JS.compile>;

let loaded: typeof RE2JS | undefined;

/** RE2's syntax and meaning; loaded by the first pattern, since most templates have none. */
function re2(): typeof RE2JS {
  loaded ??= (createRequire(import.meta.url)('re2js') as typeof Re2).RE2JS;
  return loaded;
}

const cache = new Map<string, Pattern>();

function compile(source: string): Pattern {
  const known = cache.get(source);
  if (known !== undefined) return known;
  if (source.length > LONGEST_PATTERN) {
    throw new GoError('error parsing regexp: expression is too large');
  }
  let pattern: Pattern;
  try {
    pattern = re2().compile(withoutTwins(source));
  } catch (thrown) {
    throw new GoError(syntaxMessage(thrown, source));
  }
  if (cache.size > 500) cache.clear();
  cache.set(source, pattern);
  return pattern;
}

/** Go lets two groups have one name, of which the first that matched counts; the later ones lose it here. */
function withoutTwins(source: string): string {
  if (!source.includes('(?')) return source;
  const seen = new Set<string>();
  return source.replaceAll(/\\.|\(\?P?<(\w+)>/gs, (all: string, name: string | undefined) => {
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return all;
    }
    return '(';
  });
}

/** What the library says, in the words Go's own parser uses. */
function syntaxMessage(thrown: unknown, source: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (message.includes('trailing backslash')) {
    return 'error parsing regexp: trailing backslash at end of expression: ``';
  }
  // Go shows the whole pattern for a parenthesis that does not fit.
  return message.replace(
    /(missing closing \)|unexpected \)): `.*`$/s,
    (_, what: string) => `${what}: \`${source}\``,
  );
}

function mustCompile(source: string): Pattern {
  try {
    return compile(source);
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    const shown = canBackquote(source) ? `\`${source}\`` : quote(source);
    throw new GoError(`regexp: Compile(${shown}): ${thrown.message}`);
  }
}

/** The width of the code point at a place, so that an empty match moves on by a whole one. */
const step = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** Go's matches of a text: an empty one just after another is none. */
function matches(pattern: Pattern, text: string, limit: number): Match[] {
  const out: Match[] = [];
  const matcher = pattern.matcher(text);
  const groups = matcher.groupCount();
  let before = -1;
  for (let pos = 0; pos <= text.length && (limit < 0 || out.length < limit);) {
    if (!matcher.find(pos)) break;
    const [start, end] = [matcher.start(), matcher.end()];
    const isEmpty = start === end;
    if (!isEmpty || start !== before) {
      const texts = Array.from({ length: groups + 1 }, (_, i) => matcher.group(i) ?? undefined);
      out.push({ start, end, groups: texts });
    }
    before = end;
    pos = isEmpty ? end + step(text, end) : end;
  }
  return out;
}

const strings = (items: readonly string[]): unknown => typedList([...items], 'string');

const none = (): unknown => typedList([], { name: '[]string', element: 'string', isNil: true });

function findAll(pattern: Pattern, text: string, limit: number): unknown {
  const found = matches(pattern, text, limit);
  return found.length === 0
    ? none()
    : strings(found.map(({ start, end }) => text.slice(start, end)));
}

function find(pattern: Pattern, text: string): string {
  const [match] = matches(pattern, text, 1);
  return match === undefined ? '' : text.slice(match.start, match.end);
}

/** `$1`, `${1}`, `$name`: the longest name counts, an unknown one is nothing; `$$` is a dollar. */
function expand(template: string, match: Match, names: Readonly<Record<string, number>>): string {
  return template.replaceAll(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (all, braced, bare) => {
      if (all === '$$') return '$';
      const name = String(braced ?? bare);
      const isNumber = /^\d+$/.test(name) && !/^0\d/.test(name);
      const group = isNumber ? Number(name) : names[name];
      return group === undefined ? '' : (match.groups[group] ?? '');
    },
  );
}

function replaceAll(text: string, found: readonly Match[], by: (match: Match) => string): string {
  let out = '';
  let from = 0;
  for (const match of found) {
    out += text.slice(from, match.start) + by(match);
    from = match.end;
  }
  return out + text.slice(from);
}

function replace(pattern: Pattern, text: string, template: string): string {
  const names = pattern.namedGroups() as Record<string, number>;
  return replaceAll(text, matches(pattern, text, -1), (match) => expand(template, match, names));
}

function replaceLiteral(pattern: Pattern, text: string, by: string): string {
  return replaceAll(text, matches(pattern, text, -1), () => by);
}

function split(pattern: Pattern, text: string, limit: number): unknown {
  if (limit === 0) return none();
  if (pattern.pattern() !== '' && text === '') return strings(['']);
  const out: string[] = [];
  let from = 0;
  let end = 0;
  for (const match of matches(pattern, text, limit)) {
    if (limit > 0 && out.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) out.push(text.slice(from, end));
    from = match.end;
  }
  if (end !== text.length) out.push(text.slice(from));
  return strings(out);
}

function isMatch(source: string, text: string): boolean {
  return compile(source).matcher(text).find();
}

function isMatchOrFalse(source: string, text: string): boolean {
  try {
    return isMatch(source, text);
  } catch (thrown) {
    if (thrown instanceof GoError) return false;
    throw thrown;
  }
}

const two = ['string', 'string'] as const;
const three = ['string', 'string', 'string'] as const;
const counted = ['string', 'string', 'int'] as const;

type Run<T> = (pattern: Pattern, text: string, last: T) => unknown;

/** A function and its `must` twin: the first panics with a longer text on a bad pattern. */
function twins<T>(name: string, params: typeof two | typeof three | typeof counted, run: Run<T>) {
  const must = `must${name[0]!.toUpperCase()}${name.slice(1)}`;
  const build = (prepare: (source: string) => Pattern) =>
    fn(params, (source: string, text: string, last: T) => run(prepare(source), text, last));
  return [
    [name, build(mustCompile)],
    [must, build(compile)],
  ] as const;
}

/** Regular expressions with RE2's syntax and Go's rules for matches. */
export const regexFunctions: FunctionTable = {
  regexMatch: fn(two, isMatchOrFalse),
  mustRegexMatch: fn(two, isMatch),
  regexQuoteMeta: fn(['string'], (text: string) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
  ...Object.fromEntries([
    ...twins('regexFind', two, (pattern, text) => find(pattern, text)),
    ...twins<number>('regexFindAll', counted, findAll),
    ...twins<string>('regexReplaceAll', three, replace),
    ...twins<string>('regexReplaceAllLiteral', three, replaceLiteral),
    ...twins<number>('regexSplit', counted, split),
  ]),
};
