import { describe, expect, it } from 'vitest';
import { schemaProblems } from './index.ts';

const draft7 = 'http://json-schema.org/draft-07/schema#';

// The texts are those of Helm 3.21.4 for the same schema and values.
describe('values.schema.json', () => {
  it.each<[object, unknown, string[]]>([
    [{ required: ['x'] }, {}, ["- at '': missing property 'x'"]],
    [{ required: ['x', 'y'] }, {}, ["- at '': missing properties 'x', 'y'"]],
    [
      { properties: { age: { minimum: 0 } } },
      { age: -5 },
      ["- at '/age': minimum: got -5, want 0"],
    ],
    [
      { properties: { a: { maximum: 1e6 } } },
      { a: 12345678.5 },
      ["- at '/a': maximum: got 1.23456785×10⁰⁷, want 1×10⁰⁶"],
    ],
    [
      { properties: { a: { maximum: 1 } } },
      { a: 123456 },
      ["- at '/a': maximum: got 123,456, want 1"],
    ],
    [{ properties: { a: { type: 'string' } } }, { a: 5 }, ["- at '/a': got number, want string"]],
    [
      { properties: { a: { type: ['integer', 'string', 'null'] } } },
      { a: [] },
      ["- at '/a': got array, want null or integer or string"],
    ],
    [{ properties: { a: { type: 'integer' } } }, { a: 5 }, []],
    [
      { additionalProperties: false, properties: { a: {} } },
      { b: 1, a: 2, c: 3 },
      ["- at '': additional properties 'b', 'c' not allowed"],
    ],
    [
      { properties: { a: { enum: ['x', 'y'] } } },
      { a: 'z' },
      ["- at '/a': value must be one of 'x', 'y'"],
    ],
    [{ properties: { a: { enum: ['x'] } } }, { a: 'z' }, ["- at '/a': value must be 'x'"]],
    [{ properties: { a: { const: null } } }, { a: 6 }, ["- at '/a': value must be <nil>"]],
    [
      { properties: { a: { pattern: '^x' } } },
      { a: 'b\'c"d' },
      ["- at '/a': 'b\\'c\"d' does not match pattern '^x'"],
    ],
    [{ properties: { a: { minLength: 3 } } }, { a: 'é' }, ["- at '/a': minLength: got 1, want 3"]],
    [
      { properties: { a: { uniqueItems: true } } },
      { a: [1, { x: 1 }, { x: 1 }] },
      ["- at '/a': items at 1 and 2 are equal"],
    ],
    [
      { properties: { a: { oneOf: [{ type: 'string' }, { type: 'number' }] } } },
      { a: true },
      [
        "- at '/a': 'oneOf' failed, none matched",
        "  - at '/a': got boolean, want string",
        "  - at '/a': got boolean, want number",
      ],
    ],
    [
      { properties: { a: { oneOf: [{ type: 'number' }, { minimum: 0 }] } } },
      { a: 5 },
      ["- at '/a': 'oneOf' failed, subschemas 0, 1 matched"],
    ],
    [
      {
        definitions: { p: { required: ['n'], properties: { m: { type: 'string' } } } },
        properties: { a: { $ref: '#/definitions/p' } },
      },
      { a: { m: 1 } },
      [
        "- at '/a': validation failed",
        "  - at '/a': missing property 'n'",
        "  - at '/a/m': got number, want string",
      ],
    ],
    [{ properties: { a: { not: {} } } }, { a: 1 }, ["- at '/a': 'not' failed"]],
    [{ properties: { a: false } }, { a: 1 }, ["- at '/a': false schema"]],
    [
      { propertyNames: { pattern: '^[a-z]+$' } },
      { Ab: 1 },
      ["- at '': invalid propertyName 'Ab'", "  - at '': 'Ab' does not match pattern '^[a-z]+$'"],
    ],
    [
      { dependentRequired: { a: ['b'] } },
      { a: 1 },
      ["- at '': properties 'b' required, if 'a' exists"],
    ],
    [
      {
        $schema: draft7,
        properties: { a: { items: [{ type: 'string' }], additionalItems: false } },
      },
      { a: ['x', 1, 2] },
      ["- at '/a': last 2 additionalItem(s) not allowed"],
    ],
    [{ properties: { a: { multipleOf: 0.1 } } }, { a: 0.3 }, []],
    [
      { unevaluatedProperties: false, allOf: [{ properties: { b: {} } }] },
      { b: 2, c: 3 },
      ["- at '/c': false schema"],
    ],
    [{ $ref: 'urn:example:thing' }, {}, []],
    // Formats are checked up to draft 7, and say why.
    ...(
      [
        ['date', '2020-13-01', 'parsing time "2020-13-01": month out of range'],
        ['time', '25:00:00Z', 'hour/min/sec out of range'],
        ['date-time', '2020-01-01 10:00:00Z', '11th character must be t or T'],
        ['email', 'a..b@c', 'consecutive dots'],
        ['email', 'a@-b', 'invalid domain: label starts with hyphen'],
        ['hostname', 'a_b', "invalid character '_'"],
        ['ipv4', '01.2.3.4', 'leading zeros'],
        ['ipv6', 'x', 'missing colon'],
        ['uri', '/rel', 'relative url'],
        ['uri-reference', '1:2', 'parse "1:2": first path segment in URL cannot contain colon'],
        ['uuid', 'x', 'must have 5 elements'],
        ['json-pointer', '/a~', '~ must be followed by 0 or 1'],
      ] as const
    ).map(([format, v, why]): [object, unknown, string[]] => [
      { $schema: draft7, properties: { v: { format } } },
      { v },
      [`- at '/v': '${v}' is not valid ${format}: ${why}`],
    ]),
    // Keywords that an older draft does not have.
    [{ $schema: draft7, dependentRequired: { a: ['b'] } }, { a: 1 }, []],
    [
      { dependentRequired: { a: ['b'] } },
      { a: 1 },
      ["- at '': properties 'b' required, if 'a' exists"],
    ],
    [{ $schema: draft7, properties: { a: { contains: {}, minContains: 3 } } }, { a: [1] }, []],
  ])('%j with %j', (schema, values, lines) => {
    expect(schemaProblems(JSON.stringify(schema), values)).toEqual(lines);
  });

  it.each([
    [{ $ref: 'https://example.com/schema.json' }, 'other files and addresses are not read'],
    [{ $ref: 'file:///etc/passwd' }, 'other files and addresses are not read'],
    [{ $ref: '#/nope' }, 'json-pointer in "file:///values.schema.json#/nope" not found'],
    [{ $ref: '#' }, 'refers to itself without end'],
    [{ allOf: [{ $ref: '#' }, { $ref: '#' }] }, 'refers to itself without end'],
  ])('%j is refused', (schema, message) => {
    expect(() => schemaProblems(JSON.stringify(schema), {})).toThrow(message);
  });

  it('a pattern takes linear time', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(schemaProblems(JSON.stringify(schema), { a: `${'a'.repeat(5000)}!` })).toHaveLength(1);
  });
});
