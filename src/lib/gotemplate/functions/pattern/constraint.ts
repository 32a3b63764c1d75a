import { quote } from '../../format/index.ts';
import { GoError } from '../../template-error.ts';
import { comparePrerelease, compareVersions, parseVersion, type Version } from './version.ts';

type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^';

/** One `>=1.2`; `dirty` says that parts are missing or wild. */
interface Item {
  readonly operator: Operator;
  readonly version: Version;
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

/** Alternatives of items that must all hold. */
export interface Constraint {
  readonly groups: readonly { readonly items: readonly Item[]; readonly hasPre: boolean }[];
}

const parts = String.raw`v?([0-9|x|X|*]+)(\.[0-9|x|X|*]+)?(\.[0-9|x|X|*]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?`;
const operators = String.raw`=||!=|>|<|>=|=>|<=|=<|~|~>|\^`;

const itemPattern = new RegExp(String.raw`^\s*(${operators})\s*(${parts})\s*$`);
const rangePattern = new RegExp(String.raw`\s*(${parts})\s+-\s+(${parts})\s*`, 'g');
const findPattern = new RegExp(String.raw`(${operators})\s*(${parts})`, 'g');
const validPattern = new RegExp(
  String.raw`^( ?(${operators}) ?(${parts}) ?)((?: |, ?)(${operators}) ?(${parts}) ?)*$`,
);

const isWild = (part: string): boolean => ['', 'x', 'X', '*'].includes(part);

function improper(text: string): GoError {
  return new GoError(`improper constraint: ${quote(text)}`);
}

/** What is missing or wild from which part on: the version with zeros there. */
function shapeOf(
  match: RegExpExecArray,
): Pick<Item, 'dirty' | 'minorDirty' | 'patchDirty'> & { text: string } {
  const [, , version = '', major = '', minor = '', patch = '', pre = ''] = match;
  const clean = { dirty: true, minorDirty: false, patchDirty: false };
  if (isWild(major)) return { ...clean, text: `0.0.0${pre}` };
  if (isWild(minor.slice(1))) return { ...clean, minorDirty: true, text: `${major}.0.0${pre}` };
  if (isWild(patch.slice(1)))
    return { ...clean, patchDirty: true, text: `${major}${minor}.0${pre}` };
  return { ...clean, dirty: false, text: version };
}

function parseItem(text: string): Item {
  const match = itemPattern.exec(text);
  if (match === null) throw improper(text);
  const { text: shown, ...dirty } = shapeOf(match);
  try {
    return { operator: (match[1] ?? '') as Operator, version: parseVersion(shown), ...dirty };
  } catch (thrown) {
    if (thrown instanceof GoError) throw new GoError('constraint parser error');
    throw thrown;
  }
}

/** `1.2 - 1.4.5` is `>= 1.2, <= 1.4.5`. */
function rewriteRanges(text: string): string {
  return text.replaceAll(
    rangePattern,
    (_, from: string, ...rest: string[]) => `>= ${from}, <= ${rest[9]} `,
  );
}

/** A constraint text. Throws `GoError` with Masterminds' text. */
export function parseConstraint(text: string): Constraint {
  if (Buffer.byteLength(text) > 512) {
    throw new GoError('constraint string is too long (max 512 bytes)');
  }
  const alternatives = rewriteRanges(text).split('||');
  if (alternatives.length > 32) throw new GoError('too many constraint groups (max 32)');
  const groups = alternatives.map((group) => {
    // Runs of blanks count as one, so that the pattern has one way to match.
    if (!validPattern.test(group.replaceAll(/[\t\n\f\r ]+/g, ' '))) throw improper(group);
    const items = (group.match(findPattern) ?? [group]).map(parseItem);
    return { items, hasPre: items.some(({ version }) => version.pre !== '') };
  });
  return { groups };
}

function isTilde(version: Version, { version: at, ...item }: Item): boolean {
  if (compareVersions(version, at) < 0) return false;
  const isAny = at.major === 0n && at.minor === 0n && at.patch === 0n;
  if (isAny && !item.minorDirty && !item.patchDirty) return true;
  if (version.major !== at.major) return false;
  return version.minor === at.minor || item.minorDirty;
}

function isNotEqual(version: Version, { version: at, ...item }: Item): boolean {
  if (!item.dirty) return compareVersions(version, at) !== 0;
  if (at.major !== version.major) return true;
  if (at.minor !== version.minor && !item.minorDirty) return true;
  if (item.minorDirty) return false;
  if (at.patch !== version.patch && !item.patchDirty) return true;
  if (!item.patchDirty) return compareVersions(version, at) !== 0;
  const hasPre = version.pre !== '' || at.pre !== '';
  return hasPre && comparePrerelease(version.pre, at.pre) !== 0;
}

function isGreater(version: Version, { version: at, ...item }: Item): boolean {
  if (!item.dirty) return compareVersions(version, at) > 0;
  if (version.major !== at.major) return version.major > at.major;
  if (item.minorDirty) return false;
  return item.patchDirty ? version.minor > at.minor : compareVersions(version, at) > 0;
}

function isAtMost(version: Version, { version: at, ...item }: Item): boolean {
  if (!item.dirty) return compareVersions(version, at) <= 0;
  if (version.major > at.major) return false;
  return !(version.major === at.major && version.minor > at.minor && !item.minorDirty);
}

function isCaret(version: Version, { version: at, ...item }: Item): boolean {
  if (compareVersions(version, at) < 0) return false;
  if (at.major > 0n || item.minorDirty) return version.major === at.major;
  if (version.major > 0n) return false;
  if (at.minor > 0n || item.patchDirty) return version.minor === at.minor;
  return version.minor === 0n && at.patch === version.patch;
}

type Check = (version: Version, item: Item) => boolean;

const isEqual: Check = (version, item) =>
  item.dirty ? isTilde(version, item) : compareVersions(version, item.version) === 0;

const isAtLeast: Check = (version, item) => compareVersions(version, item.version) >= 0;

const checks: Readonly<Record<Operator, Check>> = {
  '': isEqual,
  '=': isEqual,
  '!=': isNotEqual,
  '>': isGreater,
  '<': (version, item) => compareVersions(version, item.version) < 0,
  '>=': isAtLeast,
  '=>': isAtLeast,
  '<=': isAtMost,
  '=<': isAtMost,
  '~': isTilde,
  '~>': isTilde,
  '^': isCaret,
};

/** Whether a version fits. A prerelease fits only a group that names one. */
export function satisfies(constraint: Constraint, version: Version): boolean {
  return constraint.groups.some(
    ({ items, hasPre }) =>
      (version.pre === '' || hasPre) && items.every((item) => checks[item.operator](version, item)),
  );
}
