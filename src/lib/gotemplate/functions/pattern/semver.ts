import type { FunctionTable, HostMethodTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { GoNumber, HostObject, type HostType } from '../../value/index.ts';
import { fn, nilPanic } from '../define.ts';
import { parseConstraint, satisfies } from './constraint.ts';
import { compareVersions, parseVersion, type Version, versionText } from './version.ts';

const VERSION = { named: '*semver.Version' } as const;
const MAX = 2n ** 64n - 1n;

const uint64 = (value: bigint): GoNumber => new GoNumber('uint64', value);

function next(version: Version, change: Partial<Version>): Version {
  const changed = { ...version, ...change };
  const prefix = version.text.startsWith('v') ? 'v' : '';
  return { ...changed, text: prefix + versionText(changed) };
}

function increased(value: bigint, name: string): bigint {
  if (value === MAX) throw new GoError(`${name} version increment would overflow uint64`);
  return value + 1n;
}

const plain = { pre: '', metadata: '' } as const;

function incPatch(version: Version): Version {
  if (version.pre !== '') return next(version, plain);
  return next(version, { ...plain, patch: increased(version.patch, 'patch') });
}

function of(object: HostObject | null): Version {
  if (object === null) throw nilPanic();
  return object.value as Version;
}

/** What a copy by reflection gives: it does not see private fields. */
const blank: Version = parseVersion('0.0.0');

function checked(text: string, change: 'pre' | 'metadata'): string {
  if (text !== '') {
    try {
      parseVersion(change === 'pre' ? `0.0.0-${text}` : `0.0.0+${text}`);
    } catch (thrown) {
      if (!(thrown instanceof GoError) || thrown.message !== 'invalid semantic version')
        throw thrown;
      throw new GoError(change === 'pre' ? 'invalid prerelease string' : 'invalid metadata string');
    }
  }
  return text;
}

const methods: HostMethodTable = {
  Major: fn([], (v: Version) => uint64(v.major)),
  Minor: fn([], (v: Version) => uint64(v.minor)),
  Patch: fn([], (v: Version) => uint64(v.patch)),
  Prerelease: fn([], (v: Version) => v.pre),
  Metadata: fn([], (v: Version) => v.metadata),
  Original: fn([], (v: Version) => v.text),
  String: fn([], versionText),
  MarshalText: fn([], (v: Version) => Buffer.from(versionText(v))),
  MarshalJSON: fn([], (v: Version) => Buffer.from(JSON.stringify(versionText(v)))),
  Value: fn([], versionText),
  Compare: fn([VERSION], (v: Version, o: HostObject) => BigInt(compareVersions(v, of(o)))),
  Equal: fn([VERSION], (v: Version, o: HostObject) => compareVersions(v, of(o)) === 0),
  LessThan: fn([VERSION], (v: Version, o: HostObject) => compareVersions(v, of(o)) < 0),
  LessThanEqual: fn([VERSION], (v: Version, o: HostObject) => compareVersions(v, of(o)) <= 0),
  GreaterThan: fn([VERSION], (v: Version, o: HostObject) => compareVersions(v, of(o)) > 0),
  GreaterThanEqual: fn([VERSION], (v: Version, o: HostObject) => compareVersions(v, of(o)) >= 0),
  IncPatch: fn([], (v: Version) => struct(incPatch(v))),
  IncMinor: fn([], (v: Version) =>
    struct(next(v, { ...plain, patch: 0n, minor: increased(v.minor, 'minor') })),
  ),
  IncMajor: fn([], (v: Version) =>
    struct(next(v, { ...plain, patch: 0n, minor: 0n, major: increased(v.major, 'major') })),
  ),
  SetPrerelease: fn(['string'], (v: Version, text: string) =>
    struct(next(v, { pre: checked(text, 'pre') })),
  ),
  SetMetadata: fn(['string'], (v: Version, text: string) =>
    struct(next(v, { metadata: checked(text, 'metadata') })),
  ),
};

const pointerType: HostType = {
  name: '*semver.Version',
  kind: 'ptr',
  fields: {
    major: (v: Version) => uint64(v.major),
    minor: (v: Version) => uint64(v.minor),
    patch: (v: Version) => uint64(v.patch),
    pre: (v: Version) => v.pre,
    metadata: (v: Version) => v.metadata,
    original: (v: Version) => v.text,
  },
  methods,
  copy: () => blank,
  text: versionText,
  json: versionText,
};

const structType: HostType = { ...pointerType, name: 'semver.Version', kind: 'struct' };

function struct(version: Version): HostObject {
  return new HostObject(structType, version);
}

/** Semantic versions and constraints on them, as Masterminds' library has them. */
export const semverFunctions: FunctionTable = {
  semver: fn(['string'], (text: string) => new HostObject(pointerType, parseVersion(text))),
  semverCompare: fn(['string', 'string'], (constraint: string, version: string) => {
    const parsed = parseConstraint(constraint);
    return satisfies(parsed, parseVersion(version));
  }),
};
