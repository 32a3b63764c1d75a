import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chartOf,
  defaultCapabilities,
  explainFailure,
  mergeMaps,
  renderChart,
  setValues,
  valuesSource,
} from '../index.ts';
import type { ReadValue, RenderOptions, ValuesSource } from '../index.ts';

const files: Record<string, string> = {
  'Chart.yaml': `apiVersion: v2
name: c
version: 0.1.0
dependencies:
- {name: sub, version: "*", alias: ali, import-values: [net, {child: data, parent: got}]}
`,
  'values.yaml': `colour: red
image:
  tag: x
ali:
  over: parent
global:
  zone: a
list: [1, 2]
`,
  'templates/_h.tpl': '{{ define "n" }}n: {{ .Values.colour }}{{ end }}',
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  'charts/sub/values.yaml': `over: own
port: 80
data:
  q: 7
exports:
  net:
    host: h
global:
  zone: b
  only: sub
`,
};

function sourcesOf(...given: readonly [name: string, text: string][]): {
  values: Record<string, unknown>;
  valuesSources: ValuesSource[];
} {
  const valuesSources = given.map(([name, text]): ValuesSource => {
    if (!name.startsWith('--set')) return valuesSource(name, text);
    const values = {};
    setValues(values, text);
    return { name, values };
  });
  const values = valuesSources.reduce((all, each) => mergeMaps(all, each.values), {});
  return { values, valuesSources };
}

function optionsFor(
  templates: Record<string, string>,
  given: readonly (readonly [name: string, text: string])[] = [],
): RenderOptions {
  const all = { ...files, ...templates };
  return {
    chart: chartOf(Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }))),
    release: { name: 'rel', namespace: 'ns' },
    capabilities: defaultCapabilities,
    ports: {},
    trace: true,
    ...sourcesOf(...given.map(([name, text]): [string, string] => [name, text])),
  };
}

/** `path = value @ source:line`. */
function told({ path, value, origin }: ReadValue): string {
  const from = origin === undefined ? '' : ` @ ${origin.source}:${origin.line ?? ''}`;
  return `${path} = ${JSON.stringify(value)}${from}${origin?.isRemoved === true ? ' removed' : ''}`;
}

/** What is told of the first line that a template prints. */
function readsOf(
  template: string,
  given: readonly (readonly [string, string])[] = [],
  file = 'templates/t.yaml',
): string[] {
  const { trace } = renderChart(optionsFor({ [file]: template }, given));
  const name = `c/${file.replace('charts/sub', 'charts/ali')}`;
  return (trace?.lines(name)[0]?.reads ?? []).map(told);
}

describe('where a value came from', () => {
  it.each<[string, string, [string, string][], string]>([
    ['the chart’s own file', '.Values.image.tag', [], 'Values.image.tag = "x" @ c/values.yaml:3'],
    [
      'a user’s file',
      '.Values.colour',
      [['p.yaml', 'x: 1\ncolour: blue']],
      'Values.colour = "blue" @ p.yaml:2',
    ],
    [
      'the last of two files',
      '.Values.colour',
      [
        ['p.yaml', 'colour: blue'],
        ['q.yaml', '\ncolour: green'],
      ],
      'Values.colour = "green" @ q.yaml:2',
    ],
    [
      'a flag',
      '.Values.colour',
      [
        ['p.yaml', 'colour: blue'],
        ['--set #1', 'image.tag=y'],
        ['--set #2', 'colour=7'],
      ],
      'Values.colour = 7 @ --set #2:',
    ],
    ['an item of a list', '(index .Values.list 1)', [], 'Values.list = [1,2] @ c/values.yaml:8'],
    ['what a child exports', '.Values.host', [], 'Values.host = "h" @ c/charts/ali/values.yaml:7'],
    ['what is imported', '.Values.got.q', [], 'Values.got.q = 7 @ c/charts/ali/values.yaml:4'],
    [
      'the section of a child, seen from above',
      '.Values.ali.port',
      [],
      'Values.ali.port = 80 @ c/charts/ali/values.yaml:2',
    ],
    [
      'the same by way of .Subcharts',
      '.Subcharts.ali.Values.port',
      [],
      'Subcharts.ali.Values.port = 80 @ c/charts/ali/values.yaml:2',
    ],
    [
      'a null that removed it',
      '(default "d" .Values.colour)',
      [['p.yaml', 'colour: null']],
      'Values.colour = undefined @ p.yaml:1 removed',
    ],
    ['nothing', '.Values.none', [], 'Values.none = undefined'],
    ['the step that is missing', '(.Values.no).deep', [], 'Values.no = undefined'],
    ['what is no value', '.Chart.Name', [], 'Chart.Name = undefined'],
  ])('%s', (_name, expression, given, wanted) => {
    expect(readsOf(`k: {{ ${expression} }}`, given)).toEqual([wanted]);
  });

  it.each<[string, string, [string, string][], string]>([
    ['its own file', '.Values.port', [], 'Values.port = 80 @ c/charts/ali/values.yaml:2'],
    ['its parent’s file', '.Values.over', [], 'Values.over = "parent" @ c/values.yaml:5'],
    ['the user', '.Values.over', [['p.yaml', 'ali:\n  over: u']], 'Values.over = "u" @ p.yaml:2'],
    [
      'a global of its parent',
      '.Values.global.zone',
      [],
      'Values.global.zone = "a" @ c/values.yaml:7',
    ],
    [
      'its own global',
      '.Values.global.only',
      [],
      'Values.global.only = "sub" @ c/charts/ali/values.yaml:10',
    ],
    [
      'a global of the user',
      '.Values.global.zone',
      [['--set #1', 'global.zone=z']],
      'Values.global.zone = "z" @ --set #1:',
    ],
  ])('in a subchart: %s', (_name, expression, given, wanted) => {
    expect(readsOf(`k: {{ ${expression} }}`, given, 'charts/sub/templates/t.yaml')).toEqual([
      wanted,
    ]);
  });

  it('what a template has set has no origin', () => {
    const template = '{{ $_ := set .Values "colour" "new" }}k: {{ .Values.colour }}';
    expect(readsOf(template)).toContain('Values.colour = "red" @ c/values.yaml:1');
  });

  it('the bytes are those of a render without it', () => {
    const options = optionsFor({
      'templates/t.yaml': 'k: "{{ include "n" . }}{{ .Values.none }}"\n',
    });
    const plain = renderChart({ ...options, trace: false });
    const traced = renderChart(options);
    expect([...traced.files]).toEqual([...plain.files]);
    for (const [file, text] of traced.files) {
      const lines = traced.trace?.lines(file).map((line) => line.text);
      expect(lines?.join('\n')).toBe(text);
    }
  });
});

it('the example of the guide prints what the guide shows', () => {
  const root = path.resolve(import.meta.dirname, '../../../..');
  const example = path.join(root, 'examples/charts-as-a-library/render.ts');
  const { stdout } = spawnSync(process.execPath, [example], { encoding: 'utf8' });
  const guide = readFileSync(path.join(root, 'docs/guides/charts-as-a-library.md'), 'utf8');
  expect(stdout).not.toBe('');
  expect(guide).toContain(stdout);
});

describe('explainFailure', () => {
  it('names the innermost place, and what was read there', () => {
    const failure = explainFailure(
      optionsFor({
        'templates/_f.tpl': '{{ define "f" }}\n{{ index .tag "k" }}{{ end }}',
        'templates/t.yaml': 'a: {{ .Values.colour }}\nb: {{ include "f" .Values.image }}',
      }),
    );
    expect(failure).toMatchObject({ file: 'c/templates/_f.tpl', line: 2, column: 3 });
    expect(failure?.reads.map(told)).toEqual(['Values.image.tag = "x" @ c/values.yaml:3']);
  });

  it('finds the template of an aliased subchart', () => {
    const templates = { 'charts/sub/templates/t.yaml': '{{ fail .Values.over }}' };
    const failure = explainFailure(optionsFor(templates));
    expect(failure).toMatchObject({ file: 'c/charts/ali/templates/t.yaml', line: 1 });
    expect(failure?.reads.map(told)).toEqual(['Values.over = "parent" @ c/values.yaml:5']);
  });

  it('of what was printed and is no manifest, the line in all that the file printed', () => {
    const template = 'a: 1\n---\n\nb: 2\n  c: {{ .Values.colour }}\n';
    const failure = explainFailure(optionsFor({ 'templates/t.yaml': template }));
    expect(failure).toMatchObject({ file: 'c/templates/t.yaml', line: 5, isOutput: true });
    expect(failure?.reads.map(told)).toEqual(['Values.colour = "red" @ c/values.yaml:1']);
  });

  it('a text that does not parse has a line and no column', () => {
    const failure = explainFailure(optionsFor({ 'templates/t.yaml': 'a\n{{ nofunc }}' }));
    expect(failure).toMatchObject({ line: 2, reads: [] });
    expect(failure).not.toHaveProperty('column');
  });

  it('nothing when nothing fails, and when it fails at no place', () => {
    expect(explainFailure(optionsFor({}))).toBeUndefined();
    const options = optionsFor({ 'values.schema.json': '{"required": ["zz"]}' });
    expect(explainFailure(options)).toBeUndefined();
  });
});
