import { KnownError } from '../../base/index.ts';

/** A semantic version as Masterminds semver reads it loosely: `v1.2` is 1.2.0. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
}

const pre = String.raw`(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?`;
const meta = String.raw`(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`;
const versionPattern = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?${pre}${meta}$`);

/** The version in a text, or undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const prerelease = match[4] ?? '';
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part))) return undefined;
  const [major, minor, patch] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  return { major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0, prerelease };
}

/** Negative, zero or positive, as `a` is before, the same as, or after `b`. Build metadata is ignored. */
export function compareVersions(a: Version, b: Version): number {
  const numbers = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  return numbers === 0 ? comparePrereleases(a.prerelease, b.prerelease) : numbers;
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = comparePart(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const isNumber = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber[0] && isNumber[1]) return Number(a) - Number(b);
  if (isNumber[0] !== isNumber[1]) return isNumber[0] ? -1 : 1;
  return a < b ? -1 : 1;
}

interface Item {
  readonly operator: string;
  readonly version: Version;
  /** How many of the three numbers were written (0 for `*`). */
  readonly parts: number;
}

const part = String.raw`[0-9xX*]+`;
const itemSource = String.raw`(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*v?(${part})(?:\.(${part}))?(?:\.(${part}))?${pre}${meta}`;
const wholePattern = new RegExp(`^\\s*${itemSource}(?:[\\s,]+${itemSource})*\\s*$`);
const hyphenPattern = new RegExp(
  String.raw`\s*(v?${part}(?:\.${part})?(?:\.${part})?${pre}${meta})\s+-\s+(v?${part}(?:\.${part})?(?:\.${part})?${pre}${meta})\s*`,
  'g',
);

/** A constraint such as `>=1.2 <2 || ~3.1`. */
export interface Constraint {
  check(version: Version): boolean;
}

/** Reads a constraint; throws `improper constraint: "…"`. */
export function parseConstraint(text: string): Constraint {
  const groups = text.split('||').map((group) => itemsOf(group, text));
  return { check: (version) => groups.some((items) => allowedBy(items, version)) };
}

function itemsOf(group: string, whole: string): Item[] {
  const plain = group.replaceAll(hyphenPattern, (_all, ...found: (string | undefined)[]) => {
    return ` >=${found[0]}, <=${found[2]} `;
  });
  if (!wholePattern.test(plain)) {
    throw new KnownError('invalid', `improper constraint: ${JSON.stringify(whole)}`);
  }
  return Array.from(plain.matchAll(new RegExp(itemSource, 'g')), itemOf);
}

function itemOf(match: RegExpExecArray): Item {
  const written = [match[2], match[3], match[4]];
  const firstFree = written.findIndex((each) => each === undefined || /[xX*]/.test(each));
  const parts = firstFree === -1 ? 3 : firstFree;
  const number = (at: number): number => (at < parts ? Number(written[at]) : 0);
  return {
    operator: match[1] ?? '=',
    parts,
    version: {
      major: number(0),
      minor: number(1),
      patch: number(2),
      prerelease: match[5] ?? '',
    },
  };
}

function allowedBy(items: readonly Item[], version: Version): boolean {
  const canBePre =
    version.prerelease === '' || items.some((item) => item.version.prerelease !== '');
  return canBePre && items.every((item) => (checks[item.operator] ?? tildeOrEqual)(item, version));
}

type Check = (item: Item, version: Version) => boolean;

const atLeast: Check = (item, version) => compareVersions(version, item.version) >= 0;

const atMost: Check = ({ parts, version: limit }, version) => {
  if (parts === 3) return compareVersions(version, limit) <= 0;
  if (version.major > limit.major) return false;
  return !(parts === 2 && version.major === limit.major && version.minor > limit.minor);
};

const tilde: Check = ({ parts, version: base }, version) => {
  if (compareVersions(version, base) < 0) return false;
  const isZero = base.major === 0 && base.minor === 0 && base.patch === 0;
  if (isZero && base.prerelease === '' && (parts === 0 || parts === 3)) return true;
  if (version.major !== base.major) return false;
  return parts < 2 || version.minor === base.minor;
};

const tildeOrEqual: Check = (item, version) =>
  item.parts < 3 ? tilde(item, version) : compareVersions(version, item.version) === 0;

const caret: Check = ({ parts, version: base }, version) => {
  if (compareVersions(version, base) < 0) return false;
  if (base.major > 0 || parts < 2) return version.major === base.major;
  if (version.major > 0) return false;
  if (base.minor > 0 || parts < 3) return version.minor === base.minor;
  return version.minor === 0 && version.patch === base.patch;
};

const notEqual: Check = ({ parts, version: base }, version) => {
  if (parts === 3) return compareVersions(version, base) !== 0;
  if (version.major !== base.major) return true;
  return parts === 2 && version.minor !== base.minor;
};

const greater: Check = ({ parts, version: base }, version) => {
  if (parts === 3) return compareVersions(version, base) > 0;
  if (version.major !== base.major) return version.major > base.major;
  return parts === 2 && version.minor > base.minor;
};

const checks: Readonly<Record<string, Check>> = {
  '=': tildeOrEqual,
  '!=': notEqual,
  '>': greater,
  '<': (item, version) => compareVersions(version, item.version) < 0,
  '>=': atLeast,
  '=>': atLeast,
  '<=': atMost,
  '=<': atMost,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};

/** Whether a version satisfies a constraint; false when either is not one. Empty means `*`. */
export function isCompatible(constraint: string, version: string): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined) return false;
  try {
    return parseConstraint(constraint === '' ? '*' : constraint).check(parsed);
  } catch (thrown) {
    if (thrown instanceof KnownError) return false;
    throw thrown;
  }
}
