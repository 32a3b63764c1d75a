import { GoError } from '../../template-error.ts';

/** A semantic version; `text` is what it was read from. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: string;
  readonly metadata: string;
  readonly text: string;
}

const loose =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

const MAX_SEGMENT = 2n ** 64n - 1n;

function segment(text: string): bigint {
  const value = BigInt(text);
  if (value <= MAX_SEGMENT) return value;
  throw new GoError(
    `error parsing version segment: strconv.ParseUint: parsing "${text}": value out of range`,
  );
}

/** Refuses a number with a leading zero among the parts of a prerelease. */
function checkPrerelease(pre: string): void {
  for (const part of pre.split('.')) {
    if (/^0[0-9]+$/.test(part)) throw new GoError('version segment starts with 0');
    if (!/^[0-9A-Za-z-]+$/.test(part)) throw new GoError('invalid prerelease string');
  }
}

/** A version text, loosely: an optional `v`, one to three numbers. Throws `GoError` with Masterminds' text. */
export function parseVersion(text: string): Version {
  if (text.length > 256) throw new GoError('version string is too long (max 256 bytes)');
  const match = loose.exec(text);
  if (match === null) throw new GoError('invalid semantic version');
  const [, major = '0', minor = '.0', patch = '.0', , pre = '', , metadata = ''] = match;
  const version = {
    major: segment(major),
    minor: segment(minor.slice(1)),
    patch: segment(patch.slice(1)),
    pre,
    metadata,
    text,
  };
  if (pre !== '') checkPrerelease(pre);
  return version;
}

const number = (part: string): bigint | undefined => {
  if (!/^[0-9]+$/.test(part)) return undefined;
  const value = BigInt(part);
  return value <= MAX_SEGMENT ? value : undefined;
};

function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const [x, y] = [number(a), number(b)];
  if (x === undefined && y === undefined) return a > b ? 1 : -1;
  if (y === undefined) return -1;
  if (x === undefined) return 1;
  return x > y ? 1 : -1;
}

/** The order of two prereleases. */
export function comparePrerelease(a: string, b: string): number {
  const [x, y] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const order = comparePart(x[i] ?? '', y[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** The order of two versions; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] > b[part] ? 1 : -1;
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === '') return 1;
  return b.pre === '' ? -1 : comparePrerelease(a.pre, b.pre);
}

/** `1.2.3-pre+metadata` */
export function versionText({ major, minor, patch, pre, metadata }: Version): string {
  return `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}${metadata === '' ? '' : `+${metadata}`}`;
}
