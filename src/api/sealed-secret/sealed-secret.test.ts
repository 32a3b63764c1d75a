import { describe, expect, it } from 'vitest';
import { annotations, parseSealedSecret, scopeOf, withScope } from './index.ts';

describe('scopeOf', () => {
  it.each([
    ['nothing', undefined, 'strict'],
    ['null', null, 'strict'],
    ['namespace-wide', { [annotations.namespaceWide]: 'true' }, 'namespace-wide'],
    ['cluster-wide', { [annotations.clusterWide]: 'true' }, 'cluster-wide'],
    [
      'both: cluster-wide wins',
      { [annotations.clusterWide]: 'true', [annotations.namespaceWide]: 'true' },
      'cluster-wide',
    ],
    ['TRUE does not count', { [annotations.clusterWide]: 'TRUE' }, 'strict'],
    ['1 does not count', { [annotations.namespaceWide]: '1' }, 'strict'],
  ])('%s', (_what, carried, scope) => {
    expect(scopeOf(carried as Record<string, string> | undefined)).toBe(scope);
  });

  it('setting a scope takes the other one away and keeps the rest', () => {
    const before = { a: 'b', [annotations.clusterWide]: 'true' };
    expect(withScope(before, 'namespace-wide')).toEqual({
      a: 'b',
      [annotations.namespaceWide]: 'true',
    });
    expect(withScope(before, 'strict')).toEqual({ a: 'b' });
  });
});

describe('parseSealedSecret', () => {
  it('reads wrongly typed values as an empty map, so that a watch goes on', () => {
    const read = parseSealedSecret({
      metadata: { name: 'a' },
      spec: { encryptedData: { x: 1, y: 'z' } },
    });
    expect(read.spec.encryptedData).toEqual({});
  });

  it('refuses what has no spec', () => {
    expect(() => parseSealedSecret({ metadata: { name: 'a' } })).toThrow('spec are required');
  });
});
