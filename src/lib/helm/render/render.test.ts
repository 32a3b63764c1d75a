import { describe, expect, it } from 'vitest';
import {
  ManifestError,
  chartOf,
  defaultCapabilities,
  manifestText,
  renderChart,
} from '../index.ts';
import type { RenderOptions, Rendered } from '../index.ts';

function render(files: Record<string, string>, options: Partial<RenderOptions> = {}): Rendered {
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n', ...files };
  return renderChart({
    chart: chartOf(Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) }))),
    release: { name: 'rel', namespace: 'ns' },
    capabilities: defaultCapabilities,
    ports: {},
    ...options,
  });
}

/** What the templates print, be it a manifest or not. */
function printed(files: Record<string, string>): ReadonlyMap<string, string> {
  try {
    return render(files).files;
  } catch (thrown) {
    if (thrown instanceof ManifestError) return thrown.files;
    throw thrown;
  }
}

const text = (template: string, more: Record<string, string> = {}): string =>
  printed({ 'templates/t.yaml': template, ...more }).get('c/templates/t.yaml') ?? '';

describe('what a template sees', () => {
  it.each<[string, string]>([
    ['{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Revision }}', 'rel ns 1'],
    ['{{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Service }}', 'true false Helm'],
    ['{{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.IsRoot }}', 'c 0.1.0 true'],
    ['{{ .Template.Name }} {{ .Template.BasePath }}', 'c/templates/t.yaml c/templates'],
    ['{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Minor }}', 'v1.36.0 36'],
    ['{{ .Capabilities.APIVersions.Has "apps/v1" }}', 'true'],
    ['{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}', 'false'],
    ['{{ .Files.Get "a.txt" }}|{{ .Files.Get "none" }}', 'one\ntwo\n|'],
    ['{{ range .Files.Lines "a.txt" }}<{{ . }}>{{ end }}', '<one><two>'],
    ['{{ (.Files.Glob "d/**").AsConfig }}', 'x.txt: X'],
    ['{{ (.Files.Glob "*.txt").AsSecrets }}', 'a.txt: b25lCnR3bwo='],
    ['{{ range $name, $_ := .Files }}{{ $name }} {{ end }}', 'a.txt d/e/x.txt '],
    ['{{ typeOf .Values }} {{ typeOf .Values.num }}', 'chartutil.Values float64'],
    ['{{ (lookup "v1" "Secret" "a" "b") }}', 'map[]'],
    ['{{ tpl "{{ .Values.num }}{{ define \\"q\\" }}Q{{ end }}{{ include \\"q\\" . }}" . }}', '5Q'],
    ['{{ .Values.none }}<no value>', ''],
  ])('%s', (template, wanted) => {
    const more = { 'values.yaml': 'num: 5\n', 'a.txt': 'one\ntwo\n', 'd/e/x.txt': 'X' };
    expect(text(template, more)).toBe(wanted);
  });
});

describe('what is said while it fails', () => {
  const chart = {
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\nkubeVersion: ">99"\n',
    'values.yaml': 'a: {b: 1}\n',
  };

  it('warnings are heard although rendering fails, and the values were laid together before', () => {
    const heard: string[] = [];
    const values = { a: { b: { c: 1 } } };
    expect(() => render(chart, { values, onWarning: (line) => heard.push(line) })).toThrow(
      'chart requires kubeVersion: >99 which is incompatible with Kubernetes v1.36.0',
    );
    expect(heard).toContain(
      'warning: destination for c.a.b is a table. Ignoring non-table value (1)',
    );
  });
});

describe('JSON of the chart', () => {
  it('has the names and the order of Helm’s structs', () => {
    expect(text('{{ toJson .Chart }}')).toBe(
      '{"name":"c","version":"0.1.0","apiVersion":"v2","IsRoot":true}',
    );
  });
});

describe('order and sharing', () => {
  it('deeper templates run first, then the later names; what one sets the next one sees', () => {
    const files = printed({
      'values.yaml': 'seen: start\n',
      'templates/a.yaml': '{{ .Values.seen }}',
      'templates/b.yaml': '{{ $_ := set .Values "seen" "b" }}',
    });
    expect(files.get('c/templates/a.yaml')).toBe('b');
  });

  it('a shallower define wins over a deeper one', () => {
    const files = printed({
      'templates/_x.tpl': '{{ define "who" }}parent{{ end }}',
      'templates/t.yaml': '{{ include "who" . }}',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/_x.tpl': '{{ define "who" }}child{{ end }}',
      'charts/sub/templates/t.yaml': '{{ include "who" . }}',
    });
    expect([...files.values()]).toEqual(['parent', 'parent']);
  });

  it('a library chart gives only its partials; subcharts see their section and the globals', () => {
    const files = printed({
      'values.yaml': 'global: {g: 1}\nsub: {x: 2}\n',
      'templates/t.yaml':
        '{{ .Values.sub.why }} {{ .Subcharts.sub.Values.x }} {{ include "lib" . }}',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/values.yaml': 'why: 3\n',
      'charts/sub/templates/t.yaml': '{{ .Values.x }} {{ .Values.global.g }} {{ .Chart.IsRoot }}',
      'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
      'charts/lib/templates/_l.tpl': '{{ define "lib" }}L{{ end }}',
      'charts/lib/templates/no.yaml': '{{ fail "no" }}',
    });
    expect(Object.fromEntries(files)).toEqual({
      'c/charts/sub/templates/t.yaml': '2 1 false',
      'c/templates/t.yaml': '3 2 L',
    });
  });

  it('notes are the root chart’s, secrets can be hidden, the chart itself is not changed', () => {
    const rendered = render({
      'templates/NOTES.txt': 'root',
      'templates/s.yaml': 'apiVersion: v1\nkind: Secret\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/NOTES.txt': 'sub',
    });
    expect(rendered.notes).toBe('root');
    expect(manifestText(rendered, { hideSecrets: true })).toBe(
      '---\n# Source: c/templates/s.yaml\n# HIDDEN: The Secret output has been suppressed\n',
    );
  });
});

describe('failures', () => {
  it.each<[string, string]>([
    ['{{ required "need it" .Values.x }}', 'execution error at (c/templates/t.yaml:1:3): need it'],
    ['{{ fail "a: b" }}', 'execution error at (c/templates/t.yaml:1:3): a: b'],
    ['{{ nope }}', 'parse error at (c/templates/t.yaml:1): function "nope" not defined'],
    [
      '{{ include "none" . }}',
      'template: c/templates/t.yaml:1:3: executing "c/templates/t.yaml" at <include "none" .>: error calling include: template: no template "none" associated with template "gotpl"',
    ],
    [
      '{{ define "l" }}{{ include "l" . }}{{ end }}{{ include "l" . }}',
      'rendering template has a nested reference name: l: unable to execute template',
    ],
    [
      '{{ tpl "{{ nope }}" . }}',
      'error calling tpl: cannot parse template "{{ nope }}": template: gotpl:1: function "nope" not defined',
    ],
  ])('%s', (template, message) => {
    expect(() => text(template)).toThrow(message);
  });

  it('a chart that does not want this Kubernetes says so', () => {
    const chart = 'apiVersion: v2\nname: c\nversion: 0.1.0\nkubeVersion: ">=9.0"\n';
    expect(() => render({ 'Chart.yaml': chart })).toThrow(
      'chart requires kubeVersion: >=9.0 which is incompatible with Kubernetes v1.36.0',
    );
  });
});
