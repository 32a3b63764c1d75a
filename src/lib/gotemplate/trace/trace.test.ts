import { spawnSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEngine,
  type Engine,
  functionTable,
  pathText,
  type Traced,
  type ValuePath,
} from '../index.ts';

function engineWith(files: Readonly<Record<string, string>>): Engine {
  const include = {
    params: ['string', 'any'] as const,
    call: (name: string, dot: unknown): string => engine.execute(name, dot),
  };
  const engine: Engine = createEngine({ functions: { ...functionTable(), include } });
  for (const [name, text] of Object.entries(files)) engine.add(name, text);
  return engine;
}

function trace(text: string, dot: unknown, library = ''): Traced {
  const engine = engineWith({ _lib: library, t: text });
  const traced = engine.executeTraced('t', dot);
  expect(traced.text).toBe(engine.execute('t', dot));
  expect(traced.pieces.map(({ start, end }) => traced.text.slice(start, end)).join('')).toBe(
    traced.text,
  );
  return traced;
}

const shown = (paths: readonly ValuePath[]): string => paths.map(pathText).join(' ');

/** Each line as `text <- file:line reads ? conditions`. */
function told({ lines }: Traced): string[] {
  return lines.map(({ text, place, reads, conditions }) => {
    const after = conditions.length === 0 ? '' : ` ? ${shown(conditions)}`;
    return `${text} <- ${place?.file}:${place?.line} ${shown(reads)}${after}`.trimEnd();
  });
}

const values = {
  Values: {
    name: 'web',
    on: true,
    image: { repo: 'r', tag: '' },
    hosts: [{ host: 'a' }, { host: 'b' }],
    env: { 'A.B': 1 },
    ports: [80],
  },
  Chart: { Version: '1' },
};

describe('where a line comes from', () => {
  test.each<[string, string, string[]]>([
    [
      'text and fields',
      'a: b\n\n{{- /* c */}}\n\nc: d\nn: {{ .Values.name }}',
      ['a: b <- t:1', ' <- t:4', 'c: d <- t:5', 'n: web <- t:6 Values.name'],
    ],
    [
      'if and with say what decided',
      '{{ if .Values.on }}x{{ with .Values.image }}{{ .repo }}{{ end }}{{ end }}',
      ['xr <- t:1 Values.image.repo ? Values.on Values.image'],
    ],
    [
      'an else branch too',
      '{{ if not .Values.on }}x{{ else }}y{{ end }}',
      ['y <- t:1  ? Values.on'],
    ],
    [
      'range names its items',
      '{{ range .Values.hosts }}\n- {{ .host }}{{ end }}',
      [
        ' <- t:1  ? Values.hosts Values.hosts[0]',
        '- a <- t:2 Values.hosts[0].host ? Values.hosts Values.hosts[0]',
        '- b <- t:2 Values.hosts[1].host ? Values.hosts Values.hosts[1]',
      ],
    ],
    [
      'keys that are no names are quoted',
      '{{ range $k, $v := .Values.env }}{{ $k }}={{ $v }}{{ end }}',
      ['A.B=1 <- t:1 Values.env["A.B"] Values.env ? Values.env Values.env["A.B"]'],
    ],
    [
      'variables remember what they were set from, and why',
      '{{ $x := "n" }}{{ if .Values.on }}{{ $x = .Values.name }}{{ end }}{{ $x }}',
      ['web <- t:1 Values.name Values.on'],
    ],
    [
      'fields of a variable are the value’s own',
      '{{ $i := .Values.image }}{{ $i.repo }}{{ (.Values.image).tag }}',
      ['r <- t:1 Values.image.repo'],
    ],
    [
      'a value handed through a dict keeps its path',
      '{{ template "f" (dict "img" .Values.image "p" .Values.name) }}{{ define "f" }}{{ .img.repo }}{{ end }}',
      ['r <- t:1 Values.image.repo ? Values.image Values.name'],
    ],
    [
      'functions pass on what they read',
      '{{ index .Values.ports 0 | quote }}{{ get .Values "name" }}',
      ['"80"web <- t:1 Values.ports Values'],
    ],
  ])('%s', (_, text, wanted) => {
    expect(told(trace(text, values))).toEqual(wanted);
  });

  test('lines of an included template are found again under another indentation', () => {
    const library = '{{ define "l" }}app: {{ .Values.name }}\nv: {{ .Chart.Version }}{{ end }}';
    const traced = trace('m:\n  {{- include "l" . | nindent 2 }}\n', values, library);
    expect(told(traced)).toEqual([
      'm: <- t:1',
      '  app: web <- _lib:1 Values.name',
      '  v: 1 <- _lib:2 Chart.Version',
      ' <- undefined:undefined',
    ]);
    expect(traced.lines[1]?.callers).toEqual([{ template: 't', file: 't', line: 2, column: 6 }]);
  });

  test('also by way of a variable', () => {
    const library = '{{ define "l" }}app: {{ .Values.name }}{{ end }}';
    const traced = trace('{{ $l := include "l" . }}m: {}\n{{ $l | indent 1 }}', values, library);
    expect(told(traced)[1]).toBe(' app: web <- _lib:1 Values.name');
  });

  test('a text that was made unrecognizable belongs to the action that printed it', () => {
    const library = '{{ define "l" }}{{ .Values.name }}{{ end }}';
    const traced = trace('h: {{ include "l" . | sha256sum }}', values, library);
    expect(traced.lines[0]?.place?.file).toBe('t');
    expect(traced.lines[0]?.reads).toEqual([['Values', 'name']]);
  });
});

test('what is too much to note is left out, and the text is whole', () => {
  const engine = engineWith({ t: '{{ range $i := 1500000 }}{{ if $i }}{{ end }}{{ end }}x' });
  const traced = engine.executeTraced('t', {});
  expect([traced.text, traced.isComplete]).toEqual(['x', false]);
});

test('errors are those of the plain form', () => {
  const engine = engineWith({ t: 'a\n{{ if true }}{{ upper .x }}{{ end }}' });
  const forms = [() => engine.execute('t', {}), () => engine.executeTraced('t', {}).text];
  const texts = forms.map((run) => {
    try {
      run();
      return 'no error';
    } catch (thrown) {
      return (thrown as Error).message;
    }
  });
  expect(texts[0]).toContain('expected string');
  expect(texts[1]).toBe(texts[0]);
});

test('the example of the guide prints what the guide shows', () => {
  const file = path.resolve(
    import.meta.dirname,
    '../../../../examples/templates-as-a-library/render.ts',
  );
  const { stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect(stdout.split('\n').slice(2, 4)).toEqual([
    '  app: "web"     # labels.tpl:1 Values.name',
    'port: 8080       # service.yaml:5 Values.port',
  ]);
});

test('any template prints the same in both forms', () => {
  const piece = fc.constantFrom(
    '{{ .Values.name }}',
    '{{ $x }}',
    '{{ $x = .Values.on }}',
    '{{ with .Values.image }}',
    '{{ range .Values.hosts }}',
    '{{ range $k, $v := .Values.env }}',
    '{{ if .Values.on }}',
    '{{ else }}',
    '{{ end }}',
    '{{ break }}',
    '{{ include "l" $ | nindent 2 }}',
    '{{ template "l" $ }}',
    '{{ . }}',
    ' {{- /* c */ -}} ',
    'a: b\n',
    '\n',
  );
  const library = '{{ define "l" }}app: {{ .Values.name }}\nx: {{ .Chart.Version }}{{ end }}';
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      // What is left open is closed, so that most of the texts parse.
      const opened = parts.filter((part) => /if|with|range/.test(part)).length;
      const closed = parts.filter((part) => part.includes('end }}')).length;
      const ends = '{{ end }}'.repeat(Math.max(0, opened - closed));
      const text = `{{ $x := 1 }}${parts.join('')}${ends}`;
      try {
        engineWith({ _lib: library, t: text }).execute('t', values);
      } catch {
        return;
      }
      trace(text, values, library);
    }),
    { numRuns: 300 },
  );
});
