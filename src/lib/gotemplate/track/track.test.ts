import { describe, expect, test } from 'vitest';
import {
  compareData,
  createEngine,
  type Engine,
  functionTable,
  pathText,
  type Tracked,
  typedMap,
} from '../index.ts';

function engineWith(files: Readonly<Record<string, string>>): Engine {
  const include = {
    params: ['string', 'any'] as const,
    use: 'passes' as const,
    call: (name: string, dot: unknown): string => engine.execute(name, dot),
  };
  const engine: Engine = createEngine({ functions: { ...functionTable(), include } });
  for (const [name, text] of Object.entries(files)) engine.add(name, text);
  return engine;
}

const library = '{{ define "l" }}{{ .name }}{{ end }}';

function track(text: string, values: unknown): Tracked {
  const engine = engineWith({ _lib: library, t: text });
  const dot = { Values: values, Chart: { Name: 'c' } };
  const tracked = engine.executeTracked('t', dot);
  expect(tracked.text).toBe(engine.execute('t', dot));
  return tracked;
}

const values = {
  name: 'web',
  on: true,
  image: { repo: 'r', tag: 't' },
  hosts: [{ host: 'a' }, { host: 'b' }],
  env: { A: '1' },
};

/** The values after a change. */
type Values = Record<string, unknown>;

describe('what a run depends on, where the values have methods', () => {
  const withMethods = (data: Values): Values => {
    const call = (self: object): string => JSON.stringify(self);
    const methods = { YAML: { params: [], call } };
    return typedMap({ ...data }, { name: 'chartutil.Values', element: 'interface {}', methods });
  };

  test.each<[string, string, boolean]>([
    ['an entry that is read', '{{ .Values.name }}', true],
    ['another entry', '{{ .Values.on }}{{ .Values.image.tag }}', false],
    ['a method', '{{ .Values.YAML }}', true],
  ])('%s', (_what, text, isTouched) => {
    const before = withMethods(values);
    const change = compareData(
      { Values: before },
      { Values: withMethods({ ...values, name: 'x' }) },
    );
    expect(track(text, before).isTouchedBy(change)).toBe(isTouched);
  });
});

describe('what a run depends on', () => {
  test.each<[string, string, Values, boolean]>([
    ['a scalar that is read', '{{ .Values.name }}', { name: 'x' }, true],
    ['a scalar that is not', '{{ .Values.name }}', { on: false }, false],
    ['a value that was not there', '{{ .Values.more }}', { more: 1 }, true],
    [
      'a value that was not there, in a map',
      '{{ .Values.image.more }}',
      { image: { more: 1 } },
      true,
    ],
    ['a field of a map', '{{ .Values.image.repo }}', { image: { repo: 'r', tag: 'x' } }, false],
    [
      'by way of with',
      '{{ with .Values.image }}{{ .tag }}{{ end }}',
      { image: { tag: 'x' } },
      true,
    ],
    ['with asks whether it is empty', '{{ with .Values.image }}y{{ end }}', { image: {} }, true],
    [
      'if asks no more',
      '{{ if .Values.image }}y{{ end }}',
      { image: { repo: 'x', tag: 't' } },
      false,
    ],
    ['a map printed whole', '{{ .Values.image }}', { image: { repo: 'r', tag: 'x' } }, true],
    ['toYaml reads all', '{{ toYaml .Values.image }}', { image: { repo: 'r', tag: 'x' } }, true],
    [
      'range: an item',
      '{{ range .Values.hosts }}{{ .host }}{{ end }}',
      { hosts: [{ host: 'x' }] },
      true,
    ],
    [
      'range: another key',
      '{{ range $k, $v := .Values.env }}{{ $k }}{{ end }}',
      { env: { A: '1', B: '2' } },
      true,
    ],
    ['range over scalars', '{{ range .Values.env }}{{ . }}{{ end }}', { env: { A: '2' } }, true],
    ['an included template', '{{ include "l" .Values }}', { name: 'x' }, true],
    ['an included template: not read', '{{ include "l" .Values }}', { on: false }, false],
    [
      'through dict',
      '{{ include "l" (dict "name" .Values.image) }}',
      { image: { repo: 'x' } },
      true,
    ],
    ['through dict: context', '{{ $d := dict "c" $ }}{{ $d.c.Values.name }}', { on: 2 }, false],
    ['index', '{{ index .Values "image" "tag" }}', { image: { repo: 'r', tag: 'x' } }, true],
    [
      'index: a sibling',
      '{{ index .Values "image" "tag" }}',
      { image: { repo: 'x', tag: 't' } },
      false,
    ],
    [
      'a part that a function took',
      '{{ (first .Values.hosts).host }}',
      { hosts: [{ host: 'x' }, { host: 'b' }] },
      true,
    ],
    ['default', '{{ default "d" .Values.more }}', { more: 'x' }, true],
    ['eq', '{{ eq .Values.name "web" }}', { name: 'x' }, true],
    ['text alone', 'x', { name: 'x' }, false],
    ['template', '{{ template "l" .Values }}', { name: 'x' }, true],
  ])('%s', (_, text, change, isTouched) => {
    const tracked = track(text, values);
    const after = { ...values, ...change };
    const dot = (now: unknown): unknown => ({ Values: now, Chart: { Name: 'c' } });
    expect(tracked.isTouchedBy(compareData(dot(values), dot(after)))).toBe(isTouched);
    expect(tracked.isTouchedBy(compareData(dot(values), dot(structuredClone(values))))).toBe(false);
    const engine = engineWith({ _lib: library, t: text });
    if (!isTouched) expect(engine.execute('t', dot(after))).toBe(tracked.text);
  });

  test('the same thing in two places', () => {
    const shared = { x: 1 };
    const tracked = track('{{ .Values.a.x }}{{ .Values.b.x }}', { a: shared, b: shared });
    const before = { Values: { a: shared, b: shared }, Chart: { Name: 'c' } };
    const after = { Values: { a: { x: 1 }, b: { x: 2 } }, Chart: { Name: 'c' } };
    expect(tracked.isTouchedBy(compareData(before, after))).toBe(true);
  });

  test('paths tell what was read', () => {
    const text = '{{ if .Values.on }}{{ .Values.image.tag }}{{ toYaml .Values.env }}{{ end }}';
    expect(track(text, values).paths().map(pathText)).toEqual([
      'Values.on',
      'Values.image.tag',
      'Values.env',
    ]);
  });
});

describe('what makes a run more than a function of the data', () => {
  test.each<[string, boolean]>([
    ['{{ $_ := set .Values "name" "y" }}', true],
    ['{{ $_ := set .Values.image "tag" "y" }}', true],
    ['{{ $_ := set (first .Values.hosts) "host" "y" }}', true],
    ['{{ range .Values.hosts }}{{ $_ := unset . "host" }}{{ end }}', true],
    ['{{ $_ := mergeOverwrite .Values (dict "a" 1) }}', true],
    ['{{ $_ := merge (dict "i" .Values.image) (dict "i" (dict "n" 1)) }}', true],
    ['{{ $_ := merge (dict "i" .Values.image) (dict "n" 1) }}', false],
    ['{{ $d := dict "a" 1 }}{{ $_ := set $d "b" .Values.image }}', false],
    ['{{ $_ := set (deepCopy .Values.image) "b" 1 }}', false],
    ['{{ $_ := set (fromYaml "a: 1") "b" 1 }}', false],
  ])('%s writes: %s', (text, writes) => {
    expect(track(text, structuredClone(values)).writes).toBe(writes);
  });

  test('asking the time', () => {
    expect(track('{{ now | htmlDate }}', values).looksOutside).toBe(true);
    expect(track('{{ .Values.name }}', values).looksOutside).toBe(false);
  });
});
