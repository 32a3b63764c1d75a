import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasEscapedKey, readKnownJson } from './json-escaped-keys.ts';
import { readJson } from './json-read.ts';

test('a key with an escape stays itself, whatever keys were read before', () => {
  readJson('[{"\\\\":1},{"\\n":2}]');
  for (let i = 0; i < 50; i++) {
    expect(Object.keys(readJson('{"\\n":3}') as object)).toEqual(['\n']);
    expect(Object.keys(readJson('{"\\\\":3}') as object)).toEqual(['\\']);
  }
});

test.each([
  ['{"a":"\\n"}', false],
  ['{"a\\n" : 1}', true],
  ['["a\\"b",{"c":1}]', false],
])('%s has an escaped key: %s', (text, wanted) => {
  expect(hasEscapedKey(text)).toBe(wanted);
});

test('reads what was written', () => {
  // A key of digits alone comes first in a JavaScript object, however it was written.
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(readKnownJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
