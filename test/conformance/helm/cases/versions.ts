import { type Case, Choice, literal, texts } from './case.ts';

const versions = [
  '1',
  '1.2',
  '1.2.3',
  'v1.2.3',
  'V1.2.3',
  '0.0.3',
  '0.2.3',
  '0.3.0',
  '2.0.0',
  '1.2.3-beta.1',
  '1.2.3-beta.2',
  '1.2.3-beta.11',
  '1.2.3-0',
  '1.2.3+m',
  '1.2.3-a+b.c',
  'v1.16.3-gke.1',
  '01.2',
  '1.02.3',
  '1.x',
  '*',
  '',
  '1.2.3.4',
  'a',
  '1.2.3-01',
  '0',
  '9.9.9-0',
  '1.2.3-alpha',
  '99999999999999999999',
  '1.2.3-a.b.c',
  'v',
  '1..2',
  ' 1.2',
  '1.2 ',
  '1.2.3-',
  '1.2.3+',
  '-1',
  '1.-2',
  'v1.36.0',
  '1.2.3-alpha.beta',
  '1.2.3--',
  '1.2.3-é',
  '0.0.0',
  '1.2.3-rc1',
  '1.2.3-x.7.z.92',
  '18446744073709551615.0.0',
  '18446744073709551616.0.0',
  '1.2.3-1',
  '1.2.3-2',
  '1.2.3-10',
  '1.19.0-rc.1',
  '1.14',
];
const operators = [
  '',
  '=',
  '!=',
  '>',
  '<',
  '>=',
  '=>',
  '<=',
  '=<',
  '~',
  '~>',
  '^',
  '==',
  '>>',
  '<>',
  '!',
  '=!',
  '~=',
  '~1.',
  '*',
];
const ranges = [
  '1.x',
  '1.2.x',
  '1.2.X',
  '1.2.*',
  'x',
  'X',
  '*',
  '1.x.x',
  '1.*.3',
  'x.1',
  '>=1.x',
  '<1.x',
  '<=1.x',
  '>1.x',
  '!=1.x',
  '~1.x',
  '^1.x',
  '^0',
  '^0.0',
  '^0.x',
  '~0',
  '~',
  '^',
  '>',
  '1.2 - 1.4.5',
  '1.2.3-1.4.5',
  '1 - 2',
  '1.x - 2.x',
  '1.2 -1.4',
  '- 2',
  '1 -',
  '>=1.14-0',
  '>=1.14',
  '>1.2-0',
  '<1.2-0',
  '>=1.0.0-0 <2.0.0-0',
  '>=1.2, <2',
  '>=1.2 <2',
  '>=1.2,<2',
  '>=1.2 , <2',
  '1.2 || 2',
  '=1.2.3 || >=2',
  '||',
  '1 ||',
  '|| 1',
  '1 | 2',
  '>=1.2 || <1 || =3',
  ' >=1.2 ',
  '>= 1.2',
  '>  1',
  '1.2.3 1.2.3',
  '1.2.3, 1.2.3',
  ',',
  '1,',
  '>=1.2.3-beta.1',
  '<=1.2.3-beta.2',
  '~1.2.3-beta.1',
  '^1.2.3-beta.1',
  '!=1.2.3-beta.1',
  '=1.2.3-beta.1',
  '1.2.3-beta.1',
  '>=v1.2',
  '=v1.2.3',
  '>=1.2+m',
  'latest',
  'foo',
  '>=foo',
  '>=1.19-0',
  '<1.19-0',
  '>= 1.19.0-0',
  '^1.19.0-0',
  '>1.2.3 <1.2.3',
  '0.0.x',
  '^0.0.3',
  '~0.0.3',
  '>=0',
];

/** Versions, constraints, and random pairs of both. */
export function versionCases(): Case[] {
  const choice = new Choice(7);
  const out: string[] = [];
  for (const version of versions) {
    const text = literal(version);
    out.push(
      `{{ $v := semver ${text} }}{{ $v }} {{ $v.Major }} {{ $v.Minor }} {{ $v.Patch }} {{ $v.Prerelease }} {{ $v.Metadata }} {{ $v.Original }} {{ $v.IncMajor }} {{ $v.IncMinor }} {{ $v.IncPatch }} {{ $v.Compare (semver "1.2.3") }} {{ toJson $v }} {{ toYaml $v }}`,
    );
    for (const other of versions) {
      if (choice.below(6) === 0)
        out.push(
          `{{ $a := semver ${text} }}{{ $b := semver ${literal(other)} }}{{ $a.LessThan $b }} {{ $a.GreaterThan $b }} {{ $a.Equal $b }} {{ $a.Compare $b }}`,
        );
    }
    for (const range of ranges) out.push(`{{ semverCompare ${literal(range)} ${text} }}`);
  }
  for (const operator of operators) {
    for (const version of versions) {
      for (let i = 0; i < 2; i++)
        out.push(
          `{{ semverCompare ${literal(operator + version)} ${literal(choice.of(versions))} }}`,
        );
    }
  }
  for (let i = 0; i < 1500; i++) {
    const parts = Array.from(
      { length: 1 + choice.below(3) },
      () => choice.of(operators) + choice.of(['', '', ' ']) + choice.of(versions),
    );
    const constraint = parts.join(choice.of([' ', ', ', ' || ', '||', ' - ', ',']));
    out.push(`{{ semverCompare ${literal(constraint)} ${literal(choice.of(versions))} }}`);
  }
  for (const method of [
    'SetPrerelease "a"',
    'SetPrerelease ""',
    'SetPrerelease "a b"',
    'SetMetadata "m"',
    'SetMetadata "a+b"',
    'Nope',
    'Compare 1',
    'Compare',
    'IncMajor 1',
    'String',
    'LessThan nil',
    'MarshalText',
    'Value',
    'GreaterThanEqual (semver "1")',
    'LessThanEqual (semver "1")',
  ]) {
    out.push(`{{ $v := semver "1.2.3-b+c" }}{{ $v.${method} }}`);
  }
  return texts([...new Set(out)]);
}
