import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import { customRuleErrors, customRules, fieldErrorText } from '../index.ts';

type Json = JsonRecord;
const withRules = (properties: Json, ...rules: readonly (string | Json)[]): Json => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const text = { type: 'string' };
const integer = { type: 'integer' };
/** What the rules of a schema say about `spec`. */
const complaints = async (spec: Json, value: unknown, old?: unknown): Promise<string[]> => {
  const rules = customRules({ type: 'object', properties: { spec } });
  const object = (of: unknown): Json => ({ apiVersion: 'e.com/v1', kind: 'E', spec: of });
  const errors = await rules!.check(object(value), old === undefined ? undefined : object(old));
  return errors.map(fieldErrorText);
};

describe('what is true of a value', () => {
  const schema = {
    a: integer,
    b: integer,
    s: text,
    l: { type: 'array', items: text },
    n: { type: 'array', items: integer },
    lo: { type: 'array', items: { type: 'object', properties: { p: text } } },
    m: { type: 'object', additionalProperties: integer },
    f: { type: 'number' },
    t: { type: 'string', format: 'date-time' },
    d: { type: 'string', format: 'duration' },
    by: { type: 'string', format: 'byte' },
    io: { 'x-kubernetes-int-or-string': true },
    'x-y': text,
    namespace: text,
    o: { type: 'object', properties: { p: text } },
    nn: { type: 'string', nullable: true },
  };
  const value = {
    a: 2,
    b: 3,
    s: 'hello',
    l: ['b', 'a'],
    n: [1, 2, 3],
    lo: [{ p: 'q' }, {}],
    m: { x: 1, y: 2 },
    f: 1.5,
    t: '2024-01-02T03:04:05Z',
    d: '90s',
    by: 'aGk=',
    io: 8080,
    'x-y': 'dash',
    namespace: 'ns',
    o: { p: 'q' },
    nn: null,
  };
  it.each([
    'self.a < self.b',
    'self.a * 2 == 4 && self.b % 2 == 1',
    '!has(self.o.p) || self.o.p == "q"',
    'self.m.all(k, self.m[k] > 0) && "x" in self.m && self.m.size() == 2',
    'self.l.exists(x, x == "a") && !self.l.isSorted()',
    'has(self.lo[0].p) && !has(self.lo[1].p) && !has(self.?o.p) == false',
    'self.n.sum() == 6 && self.n.max() == 3 && self.n.min() == 1 && self.n.indexOf(2) == 1',
    'self.f > 1.0 && self.f < 2.0',
    'self.t > timestamp("2024-01-01T00:00:00Z")',
    'self.d == duration("1m30s")',
    'string(self.by) == "hi"',
    'type(self.io) == int && self.io > 80',
    'self.x__dash__y == "dash" && self.__namespace__ == "ns"',
    'self.nn == null',
    'self.o == self.o',
    'self.s.matches("^h.*o$") && self.s.find("l+") == "ll"',
    '"a1b22".findAll("[0-9]+") == ["1", "22"]',
    'self.s.charAt(1) == "e" && self.s.replace("l", "L", 1) == "heLlo" && self.s.reverse() == "olleh"',
    '"%s has %d".format([self.s, self.a]) == "hello has 2"',
    'self.l.join("-") == "b-a" && self.s.split("l").size() == 3',
    'self.s.upperAscii() == "HELLO" && self.s.substring(1, 3) == "el"',
    'url("https://a.b:8443/c?x=1").getHostname() == "a.b" && url("https://a.b:8443/").getPort() == "8443"',
    '!isURL("not one") && url("https://a/b%20c?q=1&q=2").getQuery()["q"].size() == 2',
    'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("1500m").asApproximateFloat() == 1.5',
    'quantity("1").add(quantity("500m")).compareTo(quantity("1.5")) == 0 && !isQuantity("1x")',
    'ip("10.0.0.1").family() == 4 && ip("::1").isLoopback() && !isIP("010.0.0.1")',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")',
    'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsCIDR("0.0.0.0/0")',
    'cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && cidr("10.0.0.0/8").prefixLength() == 8',
    'format.dns1123Label().validate("a-b") == optional.none() && format.named("uuid").hasValue()',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1]) && !sets.intersects([1], [2])',
    'semver("1.10.0").isGreaterThan(semver("1.9.0-rc.1")) && !isSemver("1.2")',
    'self.?o.?p.orValue("none") == "q" && optional.of(1).optMap(x, x + 1).value() == 2',
  ])('%s', async (rule) => {
    expect(await customRuleErrors(withRules(schema, rule), 's')).toEqual([]);
    expect(await complaints(withRules(schema, rule), value)).toEqual([]);
  });
});

describe('what a broken rule says', () => {
  const properties = { a: integer, s: text, x: { type: 'object', properties: { y: text } } };
  const rule = 'self.a > 1';
  it.each([
    [{ rule }, 'spec: Invalid value: "object": failed rule: self.a > 1'],
    [{ rule, message: ' more \n' }, 'spec: Invalid value: "object": more'],
    [
      { rule, messageExpression: '"not " + string(self.a)' },
      'spec: Invalid value: "object": not 1',
    ],
    [{ rule, message: 'm', messageExpression: 'self.s' }, 'spec: Invalid value: "object": m'],
    [{ rule, message: 'm', reason: 'FieldValueForbidden' }, 'spec: Forbidden: m'],
    [{ rule, message: 'm', reason: 'FieldValueRequired' }, 'spec: Required value: m'],
    [{ rule, message: 'm', reason: 'FieldValueDuplicate' }, 'spec: Duplicate value: "object"'],
    [{ rule, message: 'm', fieldPath: '.x.y' }, 'spec.x.y: Invalid value: "object": m'],
    [
      { rule: 'self.s == "a"' },
      'spec: Invalid value: "object": no such key: s evaluating rule: failed rule: self.s == "a"',
    ],
    [
      { rule: '1 / (self.a - 1) == 1', message: 'm' },
      'spec: Invalid value: "object": division by zero evaluating rule: m',
    ],
  ])('%j', async (given, wanted) => {
    expect(await complaints(withRules(properties, given), { a: 1 })).toEqual([wanted]);
  });

  it('names the place of the value: list items, map values, the root', async () => {
    const item = { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 1', message: 'm' }] };
    const spec = {
      type: 'object',
      properties: {
        l: { type: 'array', items: item },
        m: { type: 'object', additionalProperties: item },
      },
    };
    expect(await complaints(spec, { l: [2, 1], m: { k: 0 } })).toEqual([
      'spec.l[1]: Invalid value: "integer": m',
      'spec.m[k]: Invalid value: "integer": m',
    ]);
    const root = customRules(withRules({ spec: { type: 'object' } }, 'self.metadata.name == "x"'));
    const errors = await root!.check({ metadata: { name: 'y' } });
    expect(errors.map(fieldErrorText)).toEqual([
      '<nil>: Invalid value: "object": failed rule: self.metadata.name == "x"',
    ]);
  });
});

describe('rules that compare with what was there', () => {
  const immutable = { rule: 'self == oldSelf', message: 'immutable' };
  const ruled = { ...text, 'x-kubernetes-validations': [immutable] };

  it('run on updates only, and only where there was something', async () => {
    const spec = { type: 'object', properties: { a: ruled } };
    expect(await complaints(spec, { a: 'x' })).toEqual([]);
    expect(await complaints(spec, { a: 'x' }, {})).toEqual([]);
    expect(await complaints(spec, { a: 'x' }, { a: 'x' })).toEqual([]);
    expect(await complaints(spec, { a: 'y' }, { a: 'x' })).toEqual([
      'spec.a: Invalid value: "string": immutable',
    ]);
  });

  it('follow items of keyed lists and values of maps', async () => {
    const item = {
      type: 'object',
      properties: { k: text, v: text },
      'x-kubernetes-validations': [{ rule: 'self.v == oldSelf.v', message: 'immutable' }],
    };
    const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
    const spec = {
      type: 'object',
      properties: {
        l: { type: 'array', items: item, ...keyed },
        m: { type: 'object', additionalProperties: item },
      },
    };
    const before = { l: [{ k: 'a', v: '1' }], m: { x: { v: '1' } } };
    const after = {
      l: [
        { k: 'b', v: '9' },
        { k: 'a', v: '2' },
      ],
      m: { x: { v: '2' }, y: {} },
    };
    expect(await complaints(spec, after, before)).toEqual([
      'spec.l[1]: Invalid value: "object": immutable',
      'spec.m[x]: Invalid value: "object": immutable',
    ]);
  });

  it('with optionalOldSelf run on creation too', async () => {
    const spec = withRules(
      { a: integer },
      { rule: 'oldSelf.hasValue() || self.a == 0', optionalOldSelf: true, message: 'begins at 0' },
      { rule: 'oldSelf.optMap(o, o.a <= self.a).orValue(true)', optionalOldSelf: true },
    );
    expect(await complaints(spec, { a: 1 })).toEqual([
      'spec: Invalid value: "object": begins at 0',
    ]);
    expect(await complaints(spec, { a: 1 }, { a: 0 })).toEqual([]);
    expect(await complaints(spec, { a: 0 }, { a: 1 })).toHaveLength(1);
  });

  it('what was broken before does not stand in the way of other changes', async () => {
    const spec = {
      type: 'object',
      properties: { a: withRules({ v: integer }, 'self.v > 5'), b: integer },
    };
    expect(await complaints(spec, { a: { v: 1 }, b: 2 }, { a: { v: 1 }, b: 1 })).toEqual([]);
    expect(await complaints(spec, { a: { v: 2 } }, { a: { v: 1 } })).toHaveLength(1);
  });
});

describe('a definition', () => {
  const properties = {
    a: integer,
    l: { type: 'array', items: { ...text, 'x-kubernetes-validations': [] as Json[] } },
  };
  it.each([
    [
      'self.foo > 1',
      'rule: Invalid value: "self.foo > 1": compilation failed: ERROR: <input>:1:6: undefined field \'foo\'\\n | self.foo > 1\\n | .....^',
    ],
    ['has(self.b)', "<input>:1:10: undefined field 'b'"],
    [
      'b == 1',
      "rule: Invalid value: \"b == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'b' (in container '')\\n | b == 1\\n | ^",
    ],
    ['self.a + "x" == "1x"', "found no matching overload for '_+_' applied to '(int, string)'"],
    ['self.a', 'rule: Invalid value: "self.a": cel expression must evaluate to a bool'],
    ['self.a >', 'compilation failed: ERROR: <input>:1:9: Syntax error: '],
    ['', 'rule: Required value: rule is not specified'],
    [
      { rule: 'true', message: ' ' },
      'message: Invalid value: " ": message must be non-empty if specified',
    ],
    [
      { rule: 'true', message: 'a\nb' },
      'message: Invalid value: "a\\nb": message must not contain line breaks',
    ],
    [
      'true &&\nfalse',
      'message: Required value: message must be specified if rule contains line breaks',
    ],
    [
      { rule: 'true', messageExpression: '1' },
      'messageExpression: Invalid value: "1": messageExpression must evaluate to a string',
    ],
    [
      { rule: 'true', reason: 'Because' },
      'reason: Unsupported value: "Because": supported values: "FieldValueRequired"',
    ],
    [
      { rule: 'true', fieldPath: '.b' },
      'fieldPath: Invalid value: ".b": fieldPath must be a valid path',
    ],
    [
      { rule: 'true', optionalOldSelf: true },
      'optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ],
  ])('%j is refused', async (rule, why) => {
    const errors = await customRuleErrors(withRules(properties, rule), 's');
    expect(errors.map(fieldErrorText).join('; ').replaceAll('\n', '\\n')).toContain(
      /^(found|compilation|<)/.test(why) ? why : `s.x-kubernetes-validations[0].${why}`,
    );
  });

  it('compares in vain what cannot be followed', async () => {
    const items = { ...text, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    const errors = await customRuleErrors(
      { type: 'object', properties: { l: { type: 'array', items } } },
      's',
    );
    expect(errors.map(fieldErrorText)).toEqual([
      's.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[l].items',
    ]);
  });
});

describe('what rules may cost', () => {
  const l = { type: 'array', items: integer };
  const n = 400;
  const value = { l: Array.from({ length: n }, (_, at) => at) };
  const costly =
    "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ";

  it('ends nested loops, and every rule after them', async () => {
    const nested = 'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))';
    const started = performance.now();
    const found = await complaints(
      withRules({ l }, { rule: nested, message: 'm' }, 'false'),
      value,
    );
    expect(found).toEqual([`spec: Invalid value: "object": ${costly}m`]);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('is not hidden by what swallows errors', async () => {
    const nested = 'self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0))) || true';
    expect((await complaints(withRules({ l }, nested), value))[0]).toContain(costly);
  });

  it('counts long texts, and matches in linear time', async () => {
    const long = 'a'.repeat(200_000);
    const loop = 'self.l.all(x, !self.s.contains("b"))';
    expect((await complaints(withRules({ l, s: text }, loop), { ...value, s: long }))[0]).toContain(
      costly,
    );
    const pattern = '!self.s.matches("^(a+)+$")';
    expect(
      await complaints(withRules({ s: text }, pattern), { s: `${'a'.repeat(5000)}!` }),
    ).toEqual([]);
  });
});
