import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartOf, createRenderer, defaultCapabilities, renderChart } from '../index.ts';
import type { Chart, Rendered, RendererOptions } from '../index.ts';

function chartWith(files: Record<string, string>): Chart {
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n', ...files };
  return chartOf(Object.entries(all).map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

function optionsFor(
  files: Record<string, string>,
  more: Partial<RendererOptions> = {},
): RendererOptions {
  return {
    chart: chartWith(files),
    release: { name: 'rel', namespace: 'ns' },
    capabilities: defaultCapabilities,
    ports: {},
    ...more,
  };
}

/** All that can be compared of a render, or its error. */
function outcome(render: () => Rendered): unknown {
  try {
    const { files, notes, manifests, hooks, warnings, values } = render();
    return { files: [...files], notes, manifests, hooks, warnings, values };
  } catch (thrown) {
    return String(thrown);
  }
}

describe('createRenderer', () => {
  it('runs only the templates that read what has changed', () => {
    const renderer = createRenderer(
      optionsFor({
        'templates/a.yaml': 'a: {{ .Values.image.tag }}',
        'templates/b.yaml': 'b: {{ .Values.replicas }}',
        'templates/c.yaml': 'c: {{ toYaml .Values.image | nindent 2 }}',
      }),
    );
    const before = renderer.render({ image: { tag: 1 }, replicas: 1 }).manifests;
    const after = renderer.render({ image: { tag: 2 }, replicas: 1 }).manifests;
    expect(after.filter((each) => before.includes(each)).map(({ path }) => path)).toEqual([
      'c/templates/b.yaml',
    ]);
  });

  it('asks for the time and the cluster in each render', () => {
    let seconds = 0;
    const files = {
      'templates/a.yaml': 'a: {{ now | unixEpoch }}',
      'templates/b.yaml': 'b: {{ (lookup "v1" "Secret" "n" "x").n }}',
    };
    const renderer = createRenderer(
      optionsFor(files, {
        ports: { now: () => new Date(1000 * ++seconds) },
        lookup: () => ({ n: seconds }),
      }),
    );
    const first = [...renderer.render({}).files.values()];
    const second = [...renderer.render({}).files.values()];
    expect([first, second]).toEqual([
      ['b: 0', 'a: 1'],
      ['b: 1', 'a: 2'],
    ]);
  });

  it('what a template sets is seen by those after it, also when it sets it only now', () => {
    const renderer = createRenderer(
      optionsFor({
        'templates/b.yaml': '{{ if .Values.on }}{{ $_ := set .Values "x" "new" }}{{ end }}',
        'templates/a.yaml': 'a: {{ .Values.x }}',
      }),
    );
    const shown = [false, true, true, false].map((on) =>
      renderer.render({ on, x: 'old' }).files.get('c/templates/a.yaml'),
    );
    expect(shown).toEqual(['a: old', 'a: new', 'a: new', 'a: old']);
  });

  it('subcharts come and go', () => {
    const renderer = createRenderer(
      optionsFor({
        'Chart.yaml':
          'apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: s, version: "*", condition: s.on}]\n',
        'charts/s/Chart.yaml': 'apiVersion: v2\nname: s\nversion: 0.1.0\n',
        'charts/s/templates/t.yaml': 'a: {{ .Values.global.g }}',
      }),
    );
    const shown = [true, false, true].map((on, g) => [
      ...renderer.render({ s: { on }, global: { g } }).files.values(),
    ]);
    expect(shown).toEqual([['a: 0'], [], ['a: 2']]);
  });

  it('goes on after an error', () => {
    const renderer = createRenderer(
      optionsFor({ 'templates/a.yaml': 'a: {{ required "say x" .Values.x }}' }),
    );
    expect(renderer.render({ x: 1 }).files.size).toBe(1);
    expect(() => renderer.render({})).toThrow('say x');
    expect([...renderer.render({ x: 2 }).files.values()]).toEqual(['a: 2']);
  });
});

describe('it prints what a whole render prints', () => {
  const bodies = [
    'a: {{ .Values.a }}',
    'b: {{ toYaml .Values.m | nindent 2 }}',
    'i: {{ include "n" . }}',
    'i: {{ include "n" .Values.m }}',
    'w: {{ with .Values.m }}{{ .x }}{{ .y }}{{ else }}none{{ end }}',
    'r: "{{ range .Values.l }}{{ . }},{{ end }}"',
    'r: "{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }},{{ end }}"',
    't: {{ tpl (toString .Values.t) . }}',
    'd: {{ default "d" .Values.a }} {{ hasKey .Values.m "x" }} {{ dig "m" "x" "none" .Values.AsMap }}',
    'd: {{ get .Values.m "x" }} {{ index .Values "m" "y" }} {{ keys .Values.m | sortAlpha }}',
    'x: {{ $x := .Values.m }}{{ $x.x }}',
    'x: {{ $d := dict "v" .Values "m" .Values.m }}{{ $d.v.a }}{{ $d.m.x }}',
    'm: {{ merge (dict "z" 1) .Values.m | toJson }}',
    'm: {{ mergeOverwrite (deepCopy .Values.m) (dict "x" 9) | toJson }}',
    '{{ if eq (toString .Values.a) "1" }}{{ $_ := set .Values "l" (list 7) }}{{ end }}q: 1',
    '{{ $_ := set . "extra" .Values.a }}q: {{ .extra }}',
    'e: {{ .extra }}',
    's: {{ .Subcharts.s.Values.a }} {{ .Values.s | toJson }}',
    'g: {{ .Values.global | toJson }}',
    'f: {{ (.Files.Glob "*.txt").AsConfig | quote }} {{ .Capabilities.KubeVersion.Minor }}',
    'j: {{ toJson .Values }}',
    'p: {{ print .Values.m | quote }} {{ len .Values.l }} {{ empty .Values.m }} {{ typeOf .Values.a }}',
    '{{ if and .Values.a .Values.m.x }}k: both{{ else if .Values.t }}k: t{{ end }}',
    'n: {{ .Template.Name }} {{ .Release.Name }} {{ .Chart.Name }}',
    'o: {{ pluck "x" .Values.m (dict "x" 1) | first }} {{ omit .Values.m "x" | toJson }}',
    'o: {{ first .Values.l }} {{ has 1.0 .Values.l }} {{ .Values.l | join "-" }} {{ concat .Values.l (list 1) | toJson }}',
    'kind: {{ .Values.a }}\nmetadata: {annotations: {helm.sh/hook: "{{ .Values.t }}"}}',
  ];
  const scalar = fc.constantFrom<unknown>(1, 0, 'x', '', true, null, 'test', '{{ .Values.a }}', 2);
  const map = fc.dictionary(fc.constantFrom('x', 'y', 'z'), scalar, { maxKeys: 3 });
  const values = fc.record(
    {
      a: scalar,
      t: scalar,
      m: map,
      l: fc.array(scalar, { maxLength: 3 }),
      global: map,
      s: fc.record({ a: scalar, m: map, on: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: ['a', 'm', 'l'] },
  );
  const template = fc.constantFrom(...bodies);

  it('for random templates and random changes', () => {
    fc.assert(
      fc.property(
        fc.array(template, { minLength: 1, maxLength: 6 }),
        fc.array(template, { maxLength: 2 }),
        fc.array(values, { minLength: 2, maxLength: 5 }),
        (own, below, states) => {
          const files: Record<string, string> = {
            'Chart.yaml':
              'apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: s, version: "*", condition: s.on}]\n',
            'values.yaml': 'a: 1\nm: {x: 1}\nl: [1]\nglobal: {x: g}\ns: {m: {y: 2}, l: []}\n',
            'a.txt': 'text',
            'templates/_n.tpl':
              '{{ define "n" }}{{ .x }}{{ with .Values }}{{ .a }}{{ end }}{{ end }}',
            'templates/NOTES.txt': 'notes {{ .Values.a }}',
            'charts/s/Chart.yaml': 'apiVersion: v2\nname: s\nversion: 0.1.0\n',
            'charts/s/values.yaml': 'a: sub\nm: {x: 5}\nl: [3]\n',
          };
          for (const [i, text] of own.entries()) files[`templates/t${i}.yaml`] = text;
          for (const [i, text] of below.entries()) files[`charts/s/templates/t${i}.yaml`] = text;
          const options = optionsFor(files);
          const renderer = createRenderer(options);
          for (const state of states) {
            const given = state as Record<string, unknown>;
            expect(outcome(() => renderer.render(given))).toEqual(
              outcome(() => renderChart({ ...options, values: given })),
            );
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
