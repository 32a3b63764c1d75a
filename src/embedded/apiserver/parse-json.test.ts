import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

it('reads keys that are one escaped character, whatever was read before', () => {
  parseJson('[{"\\\\":1},{"\\n":2}]');
  expect(JSON.stringify(parseJson('{"\\n":3,"a":{"\\t":[{"\\u0041":"\\n"}]}}'))).toBe(
    '{"\\n":3,"a":{"\\t":[{"A":"\\n"}]}}',
  );
  parseJson('{"key\\\\":1}');
  expect(JSON.stringify(parseJson('{"key\\"":2}'))).toBe('{"key\\"":2}');
  expect(() => parseJson('{"\\n":}')).toThrow(String.raw`{"\n":}`);
});

it('reads any text as it stands', () => {
  const letters = fc.constantFrom('\\', '\n', '"', 'a', '\t', '/', 'key', ':');
  const texts = fc.string({ unit: letters, maxLength: 3 });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      texts,
      fc.array(tie('tree')),
      fc.dictionary(texts, tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
    { numRuns: 500 },
  );
});
