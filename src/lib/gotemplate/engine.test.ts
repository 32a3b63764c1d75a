import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEngine,
  type Engine,
  functionTable,
  GoError,
  HostObject,
  type HostType,
  int64,
  TemplateError,
  typedList,
  typedMap,
} from './index.ts';

const helm = (engine: () => Engine) => ({
  ...functionTable(),
  include: {
    params: ['string', 'any'] as const,
    call: (name: string, dot: unknown) => engine().execute(name, dot),
  },
  boom: {
    params: [],
    call: () => {
      throw new GoError('bang');
    },
  },
});

const kubeVersion: HostType = {
  name: 'chartutil.KubeVersion',
  kind: 'struct',
  fields: { Version: (value: string) => value },
  methods: { String: { params: [], call: (value: string) => value } },
  text: (value: string) => value,
};

function data(): Record<string, unknown> {
  const values = {
    i: 5,
    big: 1e6,
    dec: 1.5,
    s: 'hello',
    n: null,
    l: ['a', 'b'],
    m: { z: 1, a: 'two' },
    nested: { x: { true: [1, { q: 2 }] } },
  };
  const get = { params: ['string'] as const, call: (_: unknown, name: string) => `<${name}>` };
  return {
    Values: typedMap(values, { name: 'chartutil.Values', element: 'interface {}' }),
    Release: { Name: 'rel', Revision: 1n },
    Kube: new HostObject(kubeVersion, 'v1.36.0'),
    Files: typedMap({}, { name: 'engine.files', element: '[]uint8', methods: { Get: get } }),
    Api: typedList(['v1'], {
      name: 'chartutil.VersionSet',
      element: 'string',
      methods: {
        Has: { params: ['string'], call: (list: string[], name: string) => list.includes(name) },
      },
    }),
    Int64: int64(7),
  };
}

const FILE = 'c/templates/t.yaml';

function render(text: string, dot: unknown = data()): string {
  const engine: Engine = createEngine({ functions: helm(() => engine) });
  engine.add(FILE, text);
  return engine.execute(FILE, dot);
}

function failure(text: string, dot?: unknown): TemplateError {
  try {
    render(text, dot);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TemplateError);
    return thrown as TemplateError;
  }
  throw new Error(`${text} does not fail`);
}

describe('what a template prints', () => {
  test.each([
    [
      '{{ .Values.l }} {{ .Values.m }} {{ .Values.nested }}',
      '[a b] map[a:two z:1] map[x:map[true:[1 map[q:2]]]]',
    ],
    [
      '{{ typeOf .Values.i }} {{ typeOf .Values }} {{ typeOf .Release.Revision }} {{ kindOf nil }}',
      'float64 chartutil.Values int invalid',
    ],
    ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
    ['{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}', '1'],
    ['{{ with .Values.n }}a{{ else }}b{{ .Values.i }}{{ end }}', 'b5'],
    ['{{ with .Values.n }}a{{ else with .Values.s }}{{ . }}{{ end }}', 'hello'],
    ['{{ if .Values.n }}a{{ else if .Values.l }}b{{ end }}', 'b'],
    ['{{ range $i, $e := until 3 }}{{ if eq $e 1 }}{{ continue }}{{ end }}{{ $i }}{{ end }}', '02'],
    ['{{ range until 5 }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}', '01'],
    [
      '{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ end }}{{ range .Values.n }}x{{ else }}none{{ end }}',
      'a=two;z=1;none',
    ],
    [
      '{{ range 3 }}{{ . }}{{ end }}{{ range $i := .Int64 }}{{ $i }}{{ end }}{{ range 0 }}{{ else }}-{{ end }}',
      '0120123456-',
    ],
    ['{{ $a := 0 }}{{ range $a = list 1 2 }}{{ end }}{{ $a }}', '2'],
    ['{{ define "x" }}{{ $ }}{{ . }}{{ end }}{{ template "x" 5 }}{{ include "x" 6 }}', '5566'],
    ['{{ block "b" .Values.s }}[{{ . }}]{{ end }}', '[hello]'],
    [
      "{{ 0x10 }} {{ 010 }} {{ 0b11 }} {{ 1_000 }} {{ 'a' }} {{ 1e6 }} {{ 100000000 }} {{ 1.10 }} {{ 1i }}",
      '16 8 3 1000 97 1e+06 100000000 1.1 (0+1i)',
    ],
    [
      '{{ .Values.big }} {{ .Values.big | int64 }} {{ .Values.big | quote }} {{ .Values.big | toJson }}',
      '1e+06 1000000 "1e+06" 1000000',
    ],
    [
      '{{ print 1 2 "a" "b" 3 nil }} {{ html "<a&\'\\">" }} {{ urlquery "a b&c" "d" }}',
      '1 2ab3 <nil> &lt;a&amp;&#39;&#34;&gt; a+b%26cd',
    ],
    ['{{ (.Values.missing).foo }}{{ $x := .Values.missing }}{{ $x.foo }}', '<no value><no value>'],
    ['{{ if and .Values.q .Values.q.r }}x{{ end }}ok{{ or .Values.n "d" }}{{ and 1 0 2 }}', 'okd0'],
    ['a {{- " b " -}} c{{/* x */}}\n{{- /* y */ -}}  d', 'a b cd'],
    [
      '{{ .Kube }} {{ .Kube.Version }} {{ .Kube.String }} {{ .Files.Get "f" }} {{ "g" | .Files.Get }} {{ .Files.Nope }} {{ .Api.Has "v1" }}',
      'v1.36.0 v1.36.0 v1.36.0 <f> <g> [] true',
    ],
    [
      '{{ index .Values.l 1 }} {{ index .Values.m "z" }} {{ index .Values.s 1 }} {{ len .Values.l }} {{ index .Values.m "nope" }}',
      'b 1 101 2 <no value>',
    ],
    [
      '{{ eq 1 2 1 }} {{ eq .Values.n nil }} {{ lt "a" "b" }} {{ ge 2 1 }} {{ eq .Int64 7 }}',
      'true true true true true',
    ],
    [
      '{{ "é" | trunc 1 | len }} {{ list "a" nil 1.5 }} {{ dict "b" 1 "a" (list nil) }}',
      '1 [a <nil> 1.5] map[a:[<nil>] b:1]',
    ],
  ])('%s', (text, wanted) => {
    expect(render(text)).toBe(wanted);
  });
});

describe('parse errors', () => {
  test.each([
    ['{{ end }}', 'unexpected {{end}}'],
    ['{{ if true }}', 'unexpected EOF'],
    ['{{ if }}x{{ end }}', 'missing value for if'],
    ['{{ continue }}', '{{continue}} outside {{range}}'],
    ['{{ "abc }}', 'unterminated quoted string'],
    ["{{ 'ab' }}", "malformed character constant: 'ab'"],
    ['{{ 1a }}', 'bad number syntax: "1a"'],
    ['{{ foo }}', 'function "foo" not defined'],
    ['{{ (1 }}', 'unclosed left paren'],
    ['{{ ) }}', 'unexpected right paren'],
    ['{{ , }}', 'unexpected "," in command'],
    ['{{/* a }}', 'unclosed comment'],
    ['{{ template foo }}', 'unexpected "foo" in template clause'],
    ['{{ range $a, $b, $c := . }}{{ end }}', 'too many declarations in range'],
    ['{{ .Values..s }}', 'unexpected <.> in operand'],
    ['{{ if .x := 1 }}{{ end }}', 'unexpected ":=" in operand'],
    ['{{ if true }}a{{ else }}b{{ else }}c{{ end }}', 'expected end; found {{else}}'],
    ['{{ "\\q" }}', 'invalid syntax'],
    ['{{ $y }}', 'undefined variable "$y"'],
    ['{{ .a-b }}', "bad character U+002D '-'"],
    ['{{ 1 | 2 }}', 'non executable command in pipeline stage 2'],
    [
      '{{define "a"}}x{{end}}{{define "a"}}y{{end}}',
      'template: multiple definition of template "a"',
    ],
    ['{{ 12345678901234567890123 }}', 'integer overflow: "12345678901234567890123"'],
    ['{{ index }', 'unexpected "}" in operand'],
    ['{{', 'unclosed action'],
  ])('%s', (text, wanted) => {
    const { message, stage } = failure(text);
    expect({ message, stage }).toEqual({
      message: `template: ${FILE}:1: ${wanted}`,
      stage: 'parse',
    });
  });
});

describe('errors while running', () => {
  test.each([
    [
      '{{ .Values.missing.foo }}',
      10,
      '.Values.missing.foo',
      'nil pointer evaluating interface {}.foo',
    ],
    ['{{ .Values.s.foo }}', 10, '.Values.s.foo', "can't evaluate field foo in type interface {}"],
    ['{{ .Kube.Nope }}', 8, '.Kube.Nope', "can't evaluate field Nope in type interface {}"],
    ['{{ .Values.missing | upper }}', 21, 'upper', 'invalid value; expected string'],
    [
      '{{ upper .Values.missing }}',
      16,
      '.Values.missing',
      'wrong type for value; expected string; got interface {}',
    ],
    ['{{ until .Values.i }}', 16, '.Values.i', 'wrong type for value; expected int; got float64'],
    ['{{ nil }}', 3, 'nil', 'nil is not a command'],
    ['{{ "a" "b" }}', 3, '"a"', 'can\'t give argument to non-function "a"'],
    ['{{ .Values.s 1 }}', 10, '.Values.s', 's is not a method but has arguments'],
    ['{{ include "x" }}', 3, 'include', 'wrong number of args for include: want 2 got 1'],
    ['{{ $x = 1 }}', 8, '1', 'undefined variable: $x'],
    [
      '{{ index .Values.l 5 }}',
      3,
      'index .Values.l 5',
      'error calling index: index out of range: 5',
    ],
    ['{{ (list 1 2).x }}', 11, '2', "can't evaluate field x in type []interface {}"],
    ['{{ .Files.Get 1 }}', 14, '1', 'expected string; found 1'],
    ['{{ range .Values.i }}{{ end }}', 16, '.Values.i', "range can't iterate over 5"],
    [
      '{{ eq 1 1.0 }}',
      3,
      'eq 1 1.0',
      'error calling eq: incompatible types for comparison: int and float64',
    ],
    ['{{ template "nope" }}', 12, '{{template "nope"}}', 'template "nope" not defined'],
    ['é{{ boom }}', 5, 'boom', 'error calling boom: bang'],
  ])('%s', (text, column, node, reason) => {
    const error = failure(text);
    expect(error.message).toBe(
      `template: ${FILE}:1:${column}: executing "${FILE}" at <${node}>: ${reason}`,
    );
    expect(error.frames).toEqual([{ template: FILE, file: FILE, line: 1, column, node }]);
  });

  test('a failure inside an include names both places', () => {
    const error = failure('{{ define "in" }}\n{{ boom }}{{ end }}{{ include "in" . }}');
    const inner = `template: ${FILE}:2:3: executing "in" at <boom>: error calling boom: bang`;
    expect(error.message).toBe(
      `template: ${FILE}:2:22: executing "${FILE}" at <include "in" .>: error calling include: ${inner}`,
    );
    expect(error.frames.map(({ template }) => template)).toEqual([FILE, 'in']);
    expect(error.reason).toBe('error calling boom: bang');
  });
});

describe('sets of templates', () => {
  test('later definitions win, save empty ones; a clone keeps its own', () => {
    const engine = createEngine({ functions: functionTable() });
    engine.add('a', '{{ define "x" }}one{{ end }}');
    engine.add('b', '{{ define "x" }} {{/* nothing */}} {{ end }}');
    engine.add('c', '{{ template "x" }}');
    expect(engine.execute('c', null)).toBe('one');
    const clone = engine.clone();
    clone.add('d', '{{ define "x" }}two{{ end }}');
    expect([clone.execute('c', null), engine.execute('c', null)]).toEqual(['two', 'one']);
    expect(engine.has('d')).toBe(false);
  });

  test('strict sets refuse a missing key', () => {
    const engine = createEngine({ functions: {}, strict: true });
    engine.add('t', '{{ .a.b }}');
    expect(() => engine.execute('t', { a: {} })).toThrow('map has no entry for key "b"');
  });

  test('two runs print the same', () => {
    const text = '{{ range $k, $v := .Values.m }}{{ $k }}{{ $v }}{{ end }}{{ toYaml .Values }}';
    expect(render(text)).toBe(render(text));
  });
});

describe('hostile templates end with an error of ours', () => {
  test.each([
    [
      '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
      /exceeded maximum template depth/,
    ],
    ['{{ range until 1000000000 }}{{ end }}', /too long/],
    ['{{ repeat 1000000000 "x" }}', /Repeat output length overflow/],
    ['{{ range 1000000000 }}{{ end }}', /takes more than \d+ steps/],
    ['{{ randAlphaNum 5 }}', /no source of randomness/],
    [
      '{{ include "c" . }}{{ define "c" }}{{ include "c" . }}{{ end }}',
      /maximum|nested too deeply/,
    ],
    ['{{ $x := "aaaaaaaa" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}', /too large/],
    [`{{ ${'('.repeat(5000)} }}`, /max expression depth exceeded/],
    [`${'{{ if true }}'.repeat(20_000)}`, /unexpected EOF|nested too deeply/],
  ])('%s', (text, wanted) => {
    expect(failure(text).message).toMatch(wanted);
  });
});

test('a set that is kept can begin again with its whole budget', () => {
  const engine = createEngine({ functions: functionTable(), budgets: { steps: 100 } });
  engine.add('t', '{{ range 60 }}{{ end }}');
  engine.execute('t', {});
  expect(() => engine.execute('t', {})).toThrow('steps');
  engine.renewBudget();
  engine.execute('t', {});
});

test.each(['.deep', 'toJson .deep', 'toYaml .deep', 'toToml .deep', 'deepCopy .deep | len'])(
  'a value nested 10,000 deep: {{ %s }} prints or fails with an error of ours',
  (action) => {
    let deep: unknown = {};
    for (let i = 0; i < 10_000; i++) deep = { a: deep };
    try {
      expect(render(`{{ ${action} }}`, { deep }).length).toBeLessThan(100_000_000);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(TemplateError);
    }
  },
);

test('a bomb of aliases in fromYaml ends as Go ends it', () => {
  const bomb = ['a0: &a0 [x, x]'];
  for (let i = 1; i < 24; i++) bomb.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}]`);
  const out = render('{{ fromYaml .bomb }}', { bomb: bomb.join('\n') });
  expect(out).toMatch(/^map\[Error:.*excessive aliasing\]$/);
});

test('a pattern that would take for ever elsewhere takes no time', () => {
  const dot = { text: `${'a'.repeat(2000)}!` };
  expect(render('{{ regexMatch "^(a+)+$" .text }}{{ regexMatch "(a|a)*b" .text }}', dot)).toBe(
    'falsefalse',
  );
});

describe('properties', () => {
  test('fromYaml of toYaml, and fromJson of toJson, is the same value', () => {
    const key = fc.string({ unit: 'grapheme-ascii', maxLength: 6 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        key,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value), (data) => {
        const [yaml = '', json = '', wanted = ''] = render(
          '{{ toYaml . | fromYaml | toJson }}\n{{ toJson . | fromJson | toJson }}\n{{ toJson . }}',
          data,
        ).split('\n');
        expect([yaml, json]).toEqual([wanted, wanted]);
      }),
    );
  });

  test('two runs on the same values print the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
        const text =
          '{{ range $k, $v := . }}{{ $k }}={{ $v }}{{ end }}{{ toYaml . }}{{ toToml . }}';
        expect(render(text, values)).toBe(render(text, values));
      }),
    );
  });

  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{{-',
    ' -}}',
    '/*',
    '*/',
    '"',
    '`',
    "'",
    '.',
    '$x',
    ':=',
    '=',
    '|',
    '(',
    ')',
    ',',
    ' ',
    '\n',
    'if',
    'range',
    'else',
    'end',
    'with',
    'define',
    'template',
    'block',
    'break',
    'nil',
    'true',
    '0x1',
    '1e',
    '-',
    '\\',
    'é',
    '.a',
    'print',
    'len',
    'dict',
    'a',
  );

  test('any text is rendered or refused with a TemplateError', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 25 }),
        (parts) => {
          try {
            render(parts.join(''));
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(TemplateError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('text without actions comes out as it went in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('{{')),
        (text) => {
          expect(render(text)).toBe(text);
        },
      ),
    );
  });
});
