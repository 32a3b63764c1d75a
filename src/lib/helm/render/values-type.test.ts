import { describe, expect, it } from 'vitest';
import { chartOf, createRenderer, defaultCapabilities } from '../index.ts';
import type { RendererOptions } from '../index.ts';

const values = { a: 1, YAML: 'mine', b: { c: 'd' } };

function optionsFor(template: string): RendererOptions {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n',
    'templates/a.yaml': `v: ${template}`,
  };
  const list = Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }));
  return {
    chart: chartOf(list),
    release: { name: 'x', namespace: 'default' },
    capabilities: defaultCapabilities,
    ports: {},
  };
}

function rendered(template: string): string {
  try {
    const { files } = createRenderer(optionsFor(template)).render(values);
    return files.get('c/templates/a.yaml') ?? '';
  } catch (thrown) {
    return (thrown as Error).message.replace(/^template: c\/templates\/a.yaml:/, '');
  }
}

const at = (place: string, node: string, why: string): string =>
  `${place}: executing "c/templates/a.yaml" at <${node}>: ${why}`;

// Each answer is that of Helm 3.21.
describe('methods of the data, which come before keys of the same name', () => {
  it.each([
    ['{{ .Values.YAML | quote }}', String.raw`v: "YAML: mine\na: 1\nb:\n  c: d\n"`],
    ['{{ .Values.AsMap.b.c }}', 'v: d'],
    ['{{ typeOf .Values.AsMap }}', 'v: map[string]interface {}'],
    ['{{ (.Table "Values").a }}', 'v: 1'],
    ['{{ .Values.Table "b" }}', 'v: map[c:d]'],
    ['{{ typeOf (.Values.Table "b") }}', 'v: chartutil.Values'],
    ['{{ "b" | .Values.Table }}', 'v: map[c:d]'],
    [
      '{{ .Values.Table "b.c" }}',
      at('1:13', '.Values.Table', 'error calling Table: "c" is not a table'),
    ],
    ['{{ .Table "Chart" }}', at('1:6', '.Table', 'error calling Table: "Chart" is not a table')],
    ['{{ .Values.Table 1 }}', at('1:20', '1', 'expected string; found 1')],
    [
      '{{ .Values.Table }}',
      at('1:13', '.Values.Table', 'wrong number of args for Table: want 1 got 0'),
    ],
    ['{{ .Values.PathValue "b.c" }}', 'v: d'],
    [
      '{{ .Values.PathValue "b" }}',
      at('1:13', '.Values.PathValue', 'error calling PathValue: "b" is not a value'),
    ],
    [
      '{{ .Values.PathValue "a.b.c" }}',
      at('1:13', '.Values.PathValue', 'error calling PathValue: "c" is not a value'),
    ],
    [
      '{{ .Values.PathValue "" }}',
      at('1:13', '.Values.PathValue', 'error calling PathValue: YAML path cannot be empty'),
    ],
    ['{{ .Values.Encode 1 }}', at('1:21', '1', "can't handle 1 for arg of type io.Writer")],
    ['{{ .Chart.Metadata.Name }}', 'v: c'],
    ['{{ typeOf .Chart.Metadata }}', 'v: chart.Metadata'],
    ['{{ typeOf .Capabilities.Copy | quote }}', 'v: "*chartutil.Capabilities"'],
  ])('%s', (template, answer) => {
    expect(rendered(template)).toBe(answer);
  });

  it.each([
    '.Values.YAML | quote',
    '.Values.AsMap.b.c',
    '.Values.PathValue "b.c"',
    '.Values.Table "b"',
  ])('%s counts as reading what it shows', (expression) => {
    const renderer = createRenderer(optionsFor(`{{ ${expression} }}`));
    const text = (c: string): string | undefined =>
      renderer.render({ ...values, b: { c } }).files.get('c/templates/a.yaml');
    expect(text('one')).toContain('one');
    expect(text('two')).toContain('two');
  });
});
