import { describe, expect, it } from 'vitest';
import { isCompatible, versionIn } from './versions.ts';

describe('isCompatible', () => {
  it.each<[string, string, boolean]>([
    ['>=1.14-0', '1.16.3-gke.1', true],
    ['>=1.14', '1.16.3-gke.1', false],
    ['1.2 - 1.4.5', '1.4.5', true],
    ['=1.2.3 || >=2', '2.1.0', true],
    ['*', '3.2.1', true],
    ['*', '3.2.1-rc.1', false],
    ['1.x', '2.0.0', false],
    // Helm's IsCompatibleRange: no constraint is a constraint that does not parse.
    ['', '3.2.1', false],
    ['foo', '3.2.1', false],
    ['*', 'foo', false],
  ])('%s allows %s: %s', (constraint, version, allowed) => {
    expect(isCompatible(constraint, version)).toBe(allowed);
  });
});

describe('versionIn', () => {
  it.each(['x', '1.2.3.4', '', '1.-1', '1.0.0-01'])('%j holds none', (text) => {
    expect(versionIn(text)).toBeUndefined();
  });

  it('reads loosely', () => {
    expect(versionIn('v1.2')).toMatchObject({ major: 1n, minor: 2n, patch: 0n });
  });
});
