import { compareVersions, parseVersion } from './version.ts';
import type { Version } from './version.ts';

/** Whether a version is allowed. */
export type Constraint = (version: Version) => boolean;

interface Member {
  readonly operator: string;
  readonly bound: Version;
  /** How many of the three numbers were written; the rest are wildcards. */
  readonly written: 0 | 1 | 2 | 3;
}

type Check = (version: Version, member: Member) => boolean;

const part = String.raw`v?([0-9]+|[xX*])(?:\.([0-9]+|[xX*]))?(?:\.([0-9]+|[xX*]))?`;
const suffix = String.raw`(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?`;
const operators = String.raw`=>|=<|>=|<=|!=|~>|=|>|<|~|\^`;
const memberPattern = new RegExp(String.raw`^\s*(${operators})?\s*${part}${suffix}\s*(?:,|\s|$)`);
const range = new RegExp(String.raw`\s*(v?[\w.*+-]+)\s+-\s+(v?[\w.*+-]+)\s*`, 'g');

/**
 * A constraint in the language of Masterminds/semver 3.1: `=` `!=` `>` `<` `>=` `<=` `~` `~>` `^`,
 * wildcards, `a - b`; a comma or a space is and, `||` is or. Undefined when it cannot be read.
 * Pre-releases are allowed only when every member of the alternative names one.
 */
export function parseConstraint(text: string): Constraint | undefined {
  const alternatives = text.split('||').map(parseAlternative);
  if (alternatives.some((each) => each === undefined)) return undefined;
  return (version) =>
    alternatives.some((members) => members!.every((member) => allows(member, version)));
}

function parseAlternative(text: string): Member[] | undefined {
  const members: Member[] = [];
  let rest = text.replaceAll(range, ' >=$1,<=$2 ').trim();
  while (rest !== '') {
    const found = memberPattern.exec(rest);
    const member = found === null ? undefined : memberOf(found);
    if (found === null || member === undefined) return undefined;
    members.push(member);
    rest = rest.slice(found[0].length).trim();
  }
  return members.length === 0 ? undefined : members;
}

function memberOf(found: RegExpExecArray): Member | undefined {
  const [, operator = '', ...numbers] = found;
  const wild = numbers.slice(0, 3).findIndex((number) => number === undefined || isWild(number));
  const written = (wild === -1 ? 3 : wild) as Member['written'];
  const kept = [0, 1, 2].map((at) => (at < written ? numbers[at] : '0'));
  const pre = numbers[3] === undefined ? '' : `-${numbers[3]}`;
  const bound = parseVersion(`${kept.join('.')}${pre}`);
  return bound && { operator, bound, written };
}

function isWild(number: string): boolean {
  return ['x', 'X', '*'].includes(number);
}

function allows(member: Member, version: Version): boolean {
  if (version.pre !== '' && member.bound.pre === '') return false;
  return (checks[member.operator] ?? tilde)(version, member);
}

const sameUpTo = (version: Version, { bound }: Member, count: number): boolean =>
  [0, 1, 2].slice(0, count).every((at) => version.numbers[at] === bound.numbers[at]);

const atLeast: Check = (version, { bound }) => compareVersions(version, bound) >= 0;

/** `~1` is any 1, `~1.2` and `~1.2.3` any 1.2 from there. */
const tilde: Check = (version, member) => {
  if (member.written === 0) return true;
  return atLeast(version, member) && sameUpTo(version, member, Math.min(member.written, 2));
};

const equal: Check = (version, member) =>
  member.written < 3 ? tilde(version, member) : compareVersions(version, member.bound) === 0;

/** `>1` wants 2 or more, since 1 is all of 1. */
const greater: Check = (version, member) => {
  if (compareVersions(version, member.bound) <= 0) return false;
  return member.written === 3 || !sameUpTo(version, member, member.written);
};

/** The leftmost number that is not zero must stay. */
const caret: Check = (version, member) => {
  if (member.written === 0) return true;
  if (!atLeast(version, member)) return false;
  const [major, minor] = member.bound.numbers;
  if (major > 0 || member.written === 1) return sameUpTo(version, member, 1);
  if (minor > 0 || member.written === 2) return sameUpTo(version, member, 2);
  return sameUpTo(version, member, 3);
};

const lessOrEqual: Check = (version, member) =>
  compareVersions(version, member.bound) <= 0 ||
  (member.written < 3 && sameUpTo(version, member, member.written));

const checks: Readonly<Record<string, Check>> = {
  '': equal,
  '=': equal,
  '!=': (version, member) => !equal(version, member),
  '>': greater,
  '<': (version, { bound }) => compareVersions(version, bound) < 0,
  '>=': atLeast,
  '=>': atLeast,
  '<=': lessOrEqual,
  '=<': lessOrEqual,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};
