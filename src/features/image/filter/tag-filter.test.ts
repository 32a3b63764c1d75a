import { describe, expect, it } from 'vitest';
import { parseVersion } from './version.ts';
import { checkFilter, newestFirst, tagFilter } from './tag-filter.ts';

describe('tagFilter', () => {
  it.each([
    ['glob:*', 'v1', true],
    ['glob:*', 'latest', false],
    ['glob:*', 'LATEST', false],
    ['glob:latest', 'latest', true],
    ['glob:latest-master-*', 'latest-master-eb656a6', true],
    ['glob:latest-master-*', 'latest-main-eb656a6', false],
    ['dev-*', 'dev-1', true],
    ['glob:a*b*c', 'aXbYc', true],
    ['glob:a*b*c', 'abXbc', true],
    ['glob:ab*ba', 'aba', false],
    ['glob:1.?', '1.2', false],
    ['regexp:^v[0-9]+$', 'v12', true],
    ['regex:^v[0-9]+$', 'xv12', false],
    ['regexp:[0-9]', 'xv12', true],
    ['regexp:(', 'anything', true],
    ['semver:~1.0', '1.0.9', true],
    ['semver:~1.0', '1.1.0', false],
    ['semver:~3.1', '3.1.5', true],
    ['semver:~1', '1.9.0', true],
    ['semver:^1.2.3', '1.9.0', true],
    ['semver:^1.2.3', '2.0.0', false],
    ['semver:^0.2.3', '0.2.9', true],
    ['semver:^0.2.3', '0.3.0', false],
    ['semver:^0.0.3', '0.0.4', false],
    ['semver:*', '1.0.0', true],
    ['semver:*', 'v1.0.0', true],
    ['semver:*', 'not-a-version', false],
    ['semver:*', '1.0.0-rc.1', false],
    ['semver:*', '1.2.3.4', false],
    ['semver:*', '20180102', true],
    ['semver:=1.2', '1.2.7', true],
    ['semver:1.2', '1.2.7', true],
    ['semver:1.2.x', '1.2.7', true],
    ['semver:>1', '1.5.0', false],
    ['semver:>1', '2.0.0', true],
    ['semver:<=1.2', '1.2.9', true],
    ['semver:<=1.2', '1.3.0', false],
    ['semver:>=1.0 <2.0', '1.5.0', true],
    ['semver:>=1.0, <2.0', '2.0.0', false],
    ['semver:1.2 - 1.4', '1.4.9', true],
    ['semver:1.2.0 - 1.4.0', '1.4.1', false],
    ['semver:~1.0 || ~3.0', '3.0.5', true],
    ['semver:!=1.0.0', '1.0.0', false],
    ['semver:>=1.2.3-0', '1.3.0-rc.1', true],
    ['semver:>=1.0.0-rc.0, <1.0.1', '1.0.0-rc.1', false],
    ['semver:>=1.0.0-rc.0, <1.0.1-0', '1.0.0-rc.1', true],
    ['semver:what', '1.0.0', true],
    ['semver:what', 'x', false],
  ])('%s, tag %s: %s', (filter, tag, is) => {
    expect(tagFilter(filter).matches(tag)).toBe(is);
  });

  it('refuses on write what it tolerates on read', () => {
    expect(checkFilter('regex:^a$')).toBe('regexp:^a$');
    expect(checkFilter('v1*')).toBe('glob:v1*');
    for (const bad of ['semver:', 'semver:what', 'regexp:(', 'regexp:']) {
      expect(() => checkFilter(bad)).toThrow(`invalid tag pattern: "${bad}"`);
    }
  });
});

describe('newestFirst', () => {
  const tags = (...all: Array<[string, string?]>) =>
    all.map(([tag, created = '']) => ({ tag, created }));

  it('orders globs by time, then by name', () => {
    const ordered = newestFirst(
      tags(
        ['b', '2026-01-01T00:00:00Z'],
        ['none'],
        ['a', '2026-01-01T00:00:00Z'],
        ['c', '2026-01-02T00:00:00Z'],
      ),
      tagFilter(),
    );
    expect(ordered.map(({ tag }) => tag)).toEqual(['c', 'a', 'b', 'none']);
  });

  it('orders versions by version, the more exact text first, the rest by name at the end', () => {
    const ordered = newestFirst(
      tags(['1.9'], ['x'], ['1.10'], ['1.10.0'], ['1.10.0-rc.1'], ['a'], ['v2']),
      tagFilter('semver:*'),
    );
    expect(ordered.map(({ tag }) => tag)).toEqual([
      'v2',
      '1.10.0',
      '1.10',
      '1.10.0-rc.1',
      '1.9',
      'a',
      'x',
    ]);
  });

  it.each(['V1.0', '1.0_1', '1.2.3.4', '', 'v'])('does not take %s for a version', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});
