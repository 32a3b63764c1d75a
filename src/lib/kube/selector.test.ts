import { describe, expect, it } from 'vitest';
import { matchesSelector, parseSelector, selectorText } from './index.ts';

describe('label selectors', () => {
  it.each([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b,c)', { a: 'c' }, false],
    ['a notin (b,c)', {}, true],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['!a,b=c', { b: 'c' }, true],
    ['x/y.z=1,b', { 'x/y.z': '1', b: '2' }, true],
    ['a=', { a: '' }, true],
    ['', {}, true],
  ])('%s on %o is %s', (text, labels: Record<string, string>, fits) => {
    expect(matchesSelector(parseSelector(text), labels)).toBe(fits);
  });

  it('no selector selects nothing', () => {
    expect(matchesSelector(undefined, {})).toBe(false);
  });

  it('refuses what it cannot read', () => {
    expect(() => parseSelector('a=b,,')).toThrow('unable to parse requirement');
    expect(() => parseSelector('a in b')).toThrow('unable to parse requirement');
  });

  it('prints as the API reads it', () => {
    const selector = {
      matchLabels: { b: '1' },
      matchExpressions: [
        { key: 'a', operator: 'In' as const, values: ['y', 'x'] },
        { key: 'c', operator: 'DoesNotExist' as const },
      ],
    };
    expect(selectorText(selector)).toBe('!c,a in (x,y),b=1');
    expect(matchesSelector(parseSelector(selectorText(selector)), { a: 'x', b: '1' })).toBe(true);
  });
});
