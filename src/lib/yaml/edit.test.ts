import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edit, parse } from './index.ts';

const text = `# top
apiVersion: v1 # c
metadata:
  name: 'x'
  annotations: {a: b}
spec:
  containers:
  # first
  - name: a
    image: foo:1 # {"k"}
    env: []
  - image: "bar:2"
    args:
    - x

  empty:
---
# two
x: 1
`;

describe('edit', () => {
  test.each([
    [
      'a plain value',
      ['spec', 'containers', 0, 'image'],
      'foo:2',
      'image: foo:1 #',
      'image: foo:2 #',
    ],
    ['quotes stay', ['spec', 'containers', 1, 'image'], 'bar:3', '"bar:2"', '"bar:3"'],
    ['a word that must be quoted', ['metadata', 'name'], 'yes', "name: 'x'", "name: 'yes'"],
    [
      'a new key in a flow map',
      ['metadata', 'annotations', 'z/y'],
      'true',
      '{a: b}',
      '{a: b, z/y: "true"}',
    ],
    [
      'a new key with maps above it',
      ['metadata', 'labels', 'q'],
      'r',
      '{a: b}\n',
      '{a: b}\n  labels:\n    q: r\n',
    ],
    ['a value for an empty key', ['spec', 'empty', 'k'], 'v', '  empty:\n', '  empty:\n    k: v\n'],
    ['a key removed', ['spec', 'containers', 1, 'args'], undefined, '    args:\n    - x\n', ''],
    [
      'the first key of an item removed',
      ['spec', 'containers', 0, 'name'],
      undefined,
      '- name: a\n    image',
      '- image',
    ],
    [
      'an item removed',
      ['spec', 'containers', 1],
      undefined,
      '  - image: "bar:2"\n    args:\n    - x\n',
      '',
    ],
    [
      'the last entry of a map removed',
      ['metadata', 'annotations', 'a'],
      undefined,
      '{a: b}',
      '{}',
    ],
    [
      'an item appended',
      ['spec', 'containers', 1, 'args', 1],
      'w',
      '    - x\n',
      '    - x\n    - w\n',
    ],
    ['a key that is not there', ['spec', 'nope'], undefined, '', ''],
  ] as const)('%s', (...[, path, value, before, after]) => {
    expect(edit(text, [{ document: 0, path, value }])).toBe(text.replace(before, after));
  });

  test('another document, and several edits at once', () => {
    const changed = edit(text, [
      { document: 1, path: ['x'], value: 5 },
      { document: 0, path: ['apiVersion'], value: 'v2' },
    ]);
    expect(changed).toBe(text.replace('x: 1\n', 'x: 5\n').replace('v1 # c', 'v2 # c'));
  });

  test('refuses what is no single value', () => {
    expect(() => edit(text, [{ document: 0, path: ['spec'], value: 'x' }])).toThrow(
      /not a single value/,
    );
    expect(() => edit(text, [{ document: 7, path: ['x'], value: 'x' }])).toThrow(/no document 7/);
  });

  test('an edited value reads back, and nothing else changes', () => {
    const value = fc.string({ maxLength: 20 }).filter((one) => !/[\x7f-\x9f]/.test(one));
    fc.assert(
      fc.property(value, fc.constantFrom('name', 'tag'), (next, key) => {
        const source = `a: 1 # one\n${key}: "old" # two\nz:\n- q\n`;
        const changed = edit(source, [{ document: 0, path: [key], value: next }]);
        expect(parse(changed)).toEqual({ a: 1, [key]: next, z: ['q'] });
        expect(changed.startsWith('a: 1 # one\n')).toBe(true);
        expect(changed.endsWith(' # two\nz:\n- q\n')).toBe(true);
      }),
    );
  });
});
