import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KnownError, messageOf } from '../../base/index.ts';
import { parse, parseDocuments, stringify, stringifyPretty } from './index.ts';

function outcome(text: string, options = {}): unknown {
  try {
    return parse(text, options);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KnownError);
    return `!! ${messageOf(thrown)}`;
  }
}

describe('parse', () => {
  test.each([
    [
      'scalars of YAML 1.1',
      'a: yes\nb: 0777\nc: 0o17\nd: 1_000\ne: 08\nf: 1:30\ng: 2020-01-01\nh: ~\n',
      { a: true, b: 511, c: 15, d: 1000, e: 8, f: '1:30', g: '2020-01-01', h: null },
    ],
    ['keys too', 'y: 1\nn: 2\n1: a\n1.5: b\n', { true: 1, false: 2, 1: 'a', 1.5: 'b' }],
    [
      'numbers are float64',
      'a: 12345678901234567890\nb: 0x1F\nc: 1e3\nd: -0b11',
      { a: 12345678901234567000, b: 31, c: 1000, d: -3 },
    ],
    [
      'block scalars',
      'a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  k\n\n',
      { a: 'x\n y\n', b: 'x y\nz', c: 'k\n\n' },
    ],
    [
      'quotes fold and escape',
      `a: "x\\n\\\n  y\\u00e9"\nb: 'it''s\n  one'`,
      { a: 'x\nyé', b: "it's one" },
    ],
    ['aliases are copies', 'a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    [
      'merges happen in order',
      'x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x}\nz: {<<: [{a: 9}, *x], c: 1}',
      { x: { a: 1, b: 2 }, true: { b: 2, a: 1 }, z: { a: 9, b: 2, c: 1 } },
    ],
    ['the last of equal keys wins', 'a: 1\na: 2', { a: 2 }],
    ['tags', 'a: !!str 5\nb: !!float 1\nc: !x y', { a: '5', b: 1, c: 'y' }],
    ['only the first document', 'a: 1\n---\nb: [', { a: 1 }],
    ['nothing', '# c\n', null],
  ])('%s', (_, text, wanted) => {
    expect(outcome(text)).toEqual(wanted);
  });

  test.each([
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['x: 1\na: b: c', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a:\n\t- b', 'yaml: line 2: found character that cannot start any token'],
    ['a:\n  - b\n c: d', 'yaml: line 2: did not find expected key'],
    ['a: [1,2', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: "x', 'yaml: found unexpected end of stream'],
    ['a: *b', "yaml: unknown anchor 'b' referenced"],
    ['a: &a [*a]', "yaml: anchor 'a' value contains itself"],
    ['{{ .x }}: 1', 'yaml: invalid map key: map[interface {}]interface {}{".x":interface {}(nil)}'],
    ['~: 1', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: 1'],
    ['a: .inf', 'json: unsupported value: +Inf'],
    ['<<: 1', 'yaml: map merge requires map or sequence of maps as the value'],
    ['a: \u0007', 'yaml: control characters are not allowed'],
  ])('%j fails with Go’s text', (text, wanted) => {
    expect(outcome(text)).toBe(`!! ${wanted}`);
  });

  test('equal keys are an error when strict', () => {
    const wanted = '!! yaml: unmarshal errors:\n  line 2: key "a" already set in map';
    expect(outcome('a: 1\na: 2', { strict: true })).toBe(wanted);
  });

  test('a bomb of aliases ends early', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const items = i === 0 ? 'x' : Array.from({ length: 12 }, () => `*l${i - 1}`).join(', ');
      return `l${i}: &l${i} [${items}]`;
    });
    expect(outcome(levels.join('\n'))).toBe('!! yaml: document contains excessive aliasing');
  });

  test('deep nesting is refused, not crashed on', () => {
    expect(outcome('['.repeat(50_000))).toMatch(/^!! yaml: .*exceeded max depth/);
    expect(outcome('- '.repeat(50_000))).toMatch(/^!! yaml: .*exceeded max depth/);
  });

  test('keeps a key named __proto__ as data', () => {
    const value = parse('__proto__: {polluted: true}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

test('parseDocuments gives the documents that are not empty, with their lines', () => {
  const text = '# top\n---\na: 1\n---\n# nothing\n---\nb: |\n  x\n...\n---\nc: 3\n';
  const found = parseDocuments(text).map(({ value, line }) => ({ value, line }));
  expect(found).toEqual([
    { value: { a: 1 }, line: 3 },
    { value: { b: 'x\n' }, line: 7 },
    { value: { c: 3 }, line: 11 },
  ]);
  expect(() => parseDocuments('a: 1\n---\nb: [\n', { file: 'x.yaml' })).toThrow(KnownError);
});

describe('stringify', () => {
  test.each([
    ['a: b', "'a: b'"],
    ['a:b', 'a:b'],
    ['a #b', "'a #b'"],
    ['- a', "'- a'"],
    ['-', "'-'"],
    ['?', "'?'"],
    ['!x', "'!x'"],
    ['&x', "'&x'"],
    ['*x', "'*x'"],
    ['%x', "'%x'"],
    ['@x', "'@x'"],
    ['=', '='],
    ['<<', '<<'],
    ['~', '"~"'],
    ['null', '"null"'],
    ['true', '"true"'],
    ['Yes', '"Yes"'],
    ['on', '"on"'],
    ['y', '"y"'],
    ['123', '"123"'],
    ['1.', '"1."'],
    ['1e3', '"1e3"'],
    ['0x1f', '"0x1f"'],
    ['0o17', '"0o17"'],
    ['1_000', '"1_000"'],
    ['.inf', '".inf"'],
    ['12:30:45', '"12:30:45"'],
    ['2020-01-01', '"2020-01-01"'],
    ['1.2.3', '1.2.3'],
    ["it's", "it's"],
    ['say "hi"', 'say "hi"'],
    ['{{ .x }}', "'{{ .x }}'"],
    [' lead', "' lead'"],
    ['', '""'],
    ['a\tb', '"a\\tb"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['😀', '"\\U0001F600"'],
    ['line1 \nline2\n', '"line1 \\nline2\\n"'],
    ['x\n\n', '|+\n  x\n'],
    ['  lead\nx\n', '|2\n    lead\n  x'],
    ['\n', '|2+\n'],
    ['a\u0085b', 'a b'],
  ])('the text %j', (text, wanted) => {
    expect(stringify(text)).toBe(`${wanted}\n`);
  });

  test('maps, lists and numbers', () => {
    const value = {
      b: [1, [2, 3], { a: [1] }],
      a10: 1,
      a2: 1e6,
      e: [],
      m: {},
      f: 1234567.5,
      n: null,
      big: 1e20,
    };
    const wanted =
      'a2: 1000000\na10: 1\nb:\n- 1\n- - 2\n  - 3\n- a:\n  - 1\nbig: 1e+20\ne: []\nf: 1.2345675e+06\nm: {}\n"n": null\n';
    expect(stringify(value)).toBe(wanted);
    expect(stringifyPretty({ l: [1, { a: [2] }] })).toBe('l:\n  - 1\n  - a:\n      - 2\n');
  });

  test('folds after column 80 and writes long keys explicitly', () => {
    const words = Array.from({ length: 23 }, () => 'word').join(' ');
    const [first] = stringify({ long: words }).split('\n');
    expect(first).toHaveLength(85);
    expect(stringify({ ['k'.repeat(129)]: [1] })).toBe(`? ${'k'.repeat(129)}\n: - 1\n`);
  });

  test('go-yaml’s order of keys', () => {
    const keys = [
      'é',
      'b',
      'aB',
      'a10',
      'a2',
      'a_b',
      'a/b',
      'a.b',
      'a-b',
      'a',
      'B',
      'A',
      '10',
      '2',
      '1.5',
      '1',
      '0',
      '~',
      '_',
      '-',
    ];
    const written = stringify(Object.fromEntries(keys.map((key) => [key, 0])));
    const order = written
      .trim()
      .split('\n')
      .map((line) => line.slice(0, -3).replaceAll(/^["']|["']$/g, ''));
    expect(order).toEqual([
      '-',
      '_',
      '~',
      '0',
      '1',
      '1.5',
      '2',
      '10',
      'A',
      'B',
      'a',
      'a-b',
      'a.b',
      'a/b',
      'a_b',
      'a2',
      'a10',
      'aB',
      'b',
      'é',
    ]);
  });
});

describe('properties', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((value) => !/[\x7f-\x9f\ufffe\uffff]/.test(value));
  const data = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('node')),
      fc.dictionary(text, tie('node')),
    ),
  })).node;

  test('what was written reads back the same', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(JSON.stringify(sorted(parse(stringify(value))))).toBe(JSON.stringify(sorted(value)));
      }),
    );
  });

  test('any text is read or refused with a KnownError', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '\t',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>',
      '#',
      '&x',
      '*x',
      '!',
      '?',
      '%',
      '---\n',
      '<<',
      '\\',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, text)), (parts) => {
        outcome(parts.join(''));
      }),
      { numRuns: 1000 },
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}

test.each([
  ['\ufeffa b', '"\\uFEFF\\x61\\x20\\x62"\n'],
  ['a\ufeff b', '"a\\uFEFF b"\n'],
  [`${'word '.repeat(20)}x\u2028b`, `'${'word '.repeat(16)}word\n  word word word x\u2028  b'\n`],
])('%j is written as libyaml writes it', (text, wanted) => {
  expect(stringify(text)).toBe(wanted);
});
