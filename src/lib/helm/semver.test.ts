import { describe, expect, it } from 'vitest';
import { compareVersions, isCompatible, parseConstraint, parseVersion } from './semver.ts';

describe('constraints', () => {
  it.each<[string, string, boolean]>([
    ['>=1.14-0', '1.16.3-gke.1', true],
    ['>=1.14', '1.16.3-gke.1', false],
    ['1.2 - 1.4.5', '1.4.6', false],
    ['1.2 - 1.4.5', '1.4.5', true],
    ['=1.2.3 || >=2', '2.1.0', true],
    ['*', '3.2.1', true],
    ['', '3.2.1', true],
    ['*', '3.2.1-rc.1', false],
    ['>0.0.0-0', '3.2.1-rc.1', true],
    ['1.x', '1.9.0', true],
    ['1.x', '2.0.0', false],
    ['~1.2.3', '1.2.9', true],
    ['~1.2.3', '1.3.0', false],
    ['~1', '1.9.9', true],
    ['^1.2.3', '1.9.0', true],
    ['^1.2.3', '2.0.0', false],
    ['^0.2.3', '0.2.9', true],
    ['^0.2.3', '0.3.0', false],
    ['^0.0.3', '0.0.3', true],
    ['^0.0.3', '0.0.4', false],
    ['^0', '0.9.0', true],
    ['>1', '1.9.0', false],
    ['>1', '2.0.0', true],
    ['>1.2', '1.2.9', false],
    ['>1.2', '1.3.0', true],
    ['<=1', '1.9.9', true],
    ['<=1.2', '1.2.9', true],
    ['<=1.2', '1.3.0', false],
    ['!=1.2', '1.2.9', false],
    ['!=1.2', '1.3.0', true],
    ['>=1.2, <2', '1.9.9', true],
    ['>=1.2 <2', '2.0.0', false],
    ['5.4.0', '5.4.0', true],
    ['v5.4.0', '5.4.0', true],
  ])('%s allows %s: %s', (constraint, version, allowed) => {
    expect(isCompatible(constraint, version)).toBe(allowed);
  });

  it('a constraint that is none says so', () => {
    expect(() => parseConstraint('foo')).toThrow('improper constraint: "foo"');
  });
});

describe('versions', () => {
  it('sort as semver says', () => {
    const sorted = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0',
      '1.0.1',
      '1.10.0',
    ];
    const versions = sorted.map((text) => ({ text, version: parseVersion(text)! }));
    expect(
      versions
        .toReversed()
        .toSorted((a, b) => compareVersions(a.version, b.version))
        .map(({ text }) => text),
    ).toEqual(sorted);
  });

  it.each(['x', '1.2.3.4', '', '1.-1', '1.0.0-01'])('%j is none', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});
