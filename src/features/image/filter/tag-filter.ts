import { RE2JS } from 're2js';
import { invalid } from '../../../base/index.ts';
import { parseConstraint } from './constraint.ts';
import { compareVersions, parseVersion } from './version.ts';

/** Which tags a container may have, and which of two is newer. */
export interface TagFilter {
  /** As it is written in an annotation, `glob:*` when there is none. */
  readonly text: string;
  readonly ordersBy: 'version' | 'time';
  matches(tag: string): boolean;
}

/** A tag with the moment its image was made; `''` when nobody knows. */
export interface DatedTag {
  readonly tag: string;
  /** RFC 3339. */
  readonly created: string;
}

/**
 * The filter of an annotation: `glob:` (also without a prefix), `semver:`, `regexp:`, `regex:`. An
 * expression that cannot be read matches every tag, as in Flux; `checkFilter` refuses it on write.
 */
export function tagFilter(text = 'glob:*'): TagFilter {
  const [kind, expression] = takeApart(text);
  const matches = matcherOf(kind, expression) ?? (() => true);
  const isLatest = kind === 'glob' && expression === 'latest';
  return {
    text: `${kind}:${expression}`,
    ordersBy: kind === 'semver' ? 'version' : 'time',
    matches: (tag) => {
      if (tag === '' || (tag.toLowerCase() === 'latest' && !isLatest)) return false;
      if (kind === 'semver' && parseVersion(tag) === undefined) return false;
      return matches(tag);
    },
  };
}

/** The filter as it is written back; throws `KnownError('invalid')` for one that cannot be read. */
export function checkFilter(text: string): string {
  const [kind, expression] = takeApart(text);
  if (expression === '' || matcherOf(kind, expression) === undefined) {
    throw invalid(`invalid tag pattern: "${text}"`);
  }
  return `${kind}:${expression}`;
}

type FilterKind = 'glob' | 'semver' | 'regexp';

function takeApart(text: string): [FilterKind, string] {
  const [, kind, expression] = /^(glob|semver|regexp|regex):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return ['glob', text];
  return [kind === 'regex' ? 'regexp' : (kind as FilterKind), expression ?? ''];
}

function matcherOf(kind: FilterKind, expression: string): ((tag: string) => boolean) | undefined {
  if (kind === 'glob') return (tag) => matchesGlob(expression, tag);
  if (kind === 'semver') {
    const allows = parseConstraint(expression);
    return allows && ((tag) => allows(parseVersion(tag)!));
  }
  try {
    const compiled = RE2JS.compile(expression);
    return (tag) => compiled.matcher(tag).find();
  } catch {
    return undefined;
  }
}

/** Only `*` is special: any text, also none. */
export function matchesGlob(glob: string, text: string): boolean {
  const [first = '', ...others] = glob.split('*');
  const last = others.pop();
  if (last === undefined) return glob === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Tags newest first, as the filter orders them; those without a date or a version come last. */
export function newestFirst<T extends DatedTag>(tags: readonly T[], filter: TagFilter): T[] {
  return tags.toSorted(filter.ordersBy === 'version' ? byVersion : byTime);
}

function byTime(a: DatedTag, b: DatedTag): number {
  const [left, right] = [timeOf(a), timeOf(b)];
  if (left !== right) return right - left;
  return byText(a.tag, b.tag);
}

function byVersion(a: DatedTag, b: DatedTag): number {
  const [left, right] = [parseVersion(a.tag), parseVersion(b.tag)];
  if (left === undefined || right === undefined) {
    if (left === right) return byText(a.tag, b.tag);
    return left === undefined ? 1 : -1;
  }
  // Equal versions: the longer text is the more exact one, `1.10.0` before `1.10`.
  return compareVersions(right, left) || byText(b.tag, a.tag);
}

/** Milliseconds since 1970; 0 for a missing date and for Go's zero time. */
export function timeOf({ created }: Pick<DatedTag, 'created'>): number {
  const time = new Date(created).getTime();
  return Number.isNaN(time) || time < 0 ? 0 : time;
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
