import { describe, expect, it } from 'vitest';
import { humanDuration } from './age.ts';
import { customTable } from './custom.ts';
import { parseJsonPath } from './json-path.ts';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

describe('ages', () => {
  it.each([
    [-5 * second, '<invalid>'],
    [-1.5 * second, '0s'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 2 * second, '3m2s'],
    [10 * minute + 5 * second, '10m'],
    [3 * hour, '3h'],
    [3 * hour + 4 * minute, '3h4m'],
    [9 * hour + 4 * minute, '9h'],
    [2 * day, '2d'],
    [2 * day + 3 * hour, '2d3h'],
    [9 * day + 3 * hour, '9d'],
    [800 * day, '2y70d'],
    [9 * 365 * day, '9y'],
  ])('%d ms is %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('JSONPath of printer columns', () => {
  const object = {
    spec: {
      'a.b': 1,
      list: [
        { n: 1, t: 'x' },
        { n: 2, t: 'y' },
      ],
      map: { k: 'v' },
    },
    status: {
      conditions: [
        { type: 'A', status: 'no' },
        { type: 'Ready', status: 'True' },
      ],
    },
  };

  it.each([
    ['.spec.map.k', ['v']],
    ['{.spec.map.k}', ['v']],
    ['$.spec.map.k', ['v']],
    [".spec['a.b']", [1]],
    ['.spec.a\\.b', [1]],
    ['.spec.list[1].t', ['y']],
    ['.spec.list[-1].t', ['y']],
    ['.spec.list[*].n', [1, 2]],
    ['.spec.list[0:1].n', [1]],
    ['.spec.list[?(@.n>1)].t', ['y']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Ready')].status", ['True']],
    ['..status', [object.status, 'no', 'True']],
    ['.not.there', []],
  ])('%s', (path, values) => {
    expect(parseJsonPath(path)(object)).toEqual(values);
  });

  it('says where it cannot be read', () => {
    expect(() => parseJsonPath('.a[')).toThrow('jsonPath .a[ cannot be read at "["');
  });
});

describe('tables of custom resources', () => {
  const now = new Date('2026-01-01T00:05:00Z');
  const row = (type: string, value: unknown): unknown =>
    customTable([{ name: 'C', type, jsonPath: '.v' }]).row(
      { metadata: { name: 'n' }, v: value },
      now,
    )[1];

  it.each([
    ['string', 'x', 'x'],
    ['string', { a: 1 }, '{"a":1}'],
    ['string', undefined, null],
    ['integer', 3, 3],
    ['integer', 'x', null],
    ['number', 1.5, 1.5],
    ['boolean', false, false],
    ['date', '2026-01-01T00:00:00Z', '5m'],
    ['date', 'soon', '<unknown>'],
  ])('%s of %j', (type, value, cell) => {
    expect(row(type, value)).toEqual(cell);
  });

  it('Name and Age when no column is given', () => {
    expect(customTable([]).columns.map((column) => column.name)).toEqual(['Name', 'Age']);
  });
});
