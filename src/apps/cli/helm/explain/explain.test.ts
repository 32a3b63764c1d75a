import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../base/index.ts';
import { program } from '../index.ts';
import { excerpt } from './excerpt.ts';

const files: Record<string, string> = {
  'demo/Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
  'demo/values.yaml': 'colour: red\nhosts: [a]\npassword: p\n',
  'demo/templates/_n.tpl': '{{ define "n" }}app: {{ .Values.colour }}{{ end }}',
  'demo/templates/cm.yaml': `kind: ConfigMap
metadata:
  {{- include "n" . | nindent 2 }}
{{- range .Values.hosts }}
h: a line that is longer than half of the room there is {{ . }}
{{- end }}
`,
  'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n',
  'bad/values.yaml': 'colour: red\npassword: p\n',
  'bad/templates/t.yaml':
    'a: 1\nb: {{ index .Values.colour "x" }}\n{{ index .Values.password "x" }}\n',
  'blue.yaml': 'x: 1\ncolour: blue\n',
};

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'cli-explain-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
});

afterEach(() => rm(dir, { recursive: true, force: true }));

async function helm(argv: string[], isTTY = false): Promise<{ out: string; err: string }> {
  let [out, err] = ['', ''];
  await program(argv, {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY, columns: 70 },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY, columns: 70 },
    env: { HOME: dir },
    cwd: dir,
    signal: new AbortController().signal,
    clock: new FakeClock('2026-01-02T03:04:05.000Z'),
  });
  return { out, err };
}

describe('helm template --explain', () => {
  it('shows beside each line what made it', async () => {
    const { out } = await helm(['template', 'demo', '-f', 'blue.yaml', '--explain']);
    expect(out).toBe(
      `---
# Source: demo/templates/cm.yaml
kind: ConfigMap                     | cm.yaml:1
metadata:                           | cm.yaml:2
  app: blue                         | _n.tpl:1 < cm.yaml:3
                                    |   .Values.colour = "blue", from
                                    |     blue.yaml:2
h: a line that is longer than half of the room there is a
                                    | cm.yaml:5
                                    |   if .Values.hosts = a list of
                                    |     1, from values.yaml:2
                                    |   if .Values.hosts[0] = "a",
                                    |     from values.yaml:2
`.replaceAll(/^(.*\S) +\| /gm, (all: string) => all),
    );
  });

  it('without it the output is Helm’s', async () => {
    const { out } = await helm(['template', 'demo'], true);
    expect(out).not.toContain('|');
  });

  it('--show-only chooses templates as without it', async () => {
    const all = await helm(['template', 'demo', '--explain', '--show-only', 'templates/*.yaml']);
    expect(all.out).toContain('| cm.yaml:1');
    const none = await helm(['template', 'demo', '--explain', '--show-only', 'x']);
    expect(none.err).toBe('Error: could not find template x in chart\n');
  });

  it('writes no files', async () => {
    const { err } = await helm(['template', 'demo', '--explain', '--output-dir', 'o']);
    expect(err).toContain('cannot be used with --output-dir');
  });
});

describe('an error of a template', () => {
  const plain = `Error: template: bad/templates/t.yaml:2:6: executing "bad/templates/t.yaml" at <index .Values.colour "x">: error calling index: cannot index slice/array with type string

Use --debug flag to render out invalid YAML
`;
  const why = `
bad/templates/t.yaml, line 2:
  1 | a: 1
  2 | b: {{ index .Values.colour "x" }}
    |       ^
  .Values.colour = "blue", from --set #1
`;
  const args = ['template', 'bad', '--set', 'colour=blue'];

  it.each<[string, string[], boolean, string]>([
    ['is Helm’s text where nobody looks', args, false, plain],
    ['is explained on a terminal', args, true, plain + why],
    ['and where it is asked for', [...args, '--explain'], false, plain + why],
    ['not when that is not wanted', [...args, '--explain=false'], true, plain],
  ])('%s', async (_name, argv, isTTY, wanted) => {
    expect((await helm(argv, isTTY)).err).toBe(wanted);
  });

  it('shows no value that is called a secret', async () => {
    await writeFile(path.join(dir, 'bad/templates/t.yaml'), '{{ index .Values.password "x" }}');
    const { err } = await helm(['template', 'bad', '--explain']);
    expect(err).toContain('.Values.password = (not shown), from values.yaml:2');
  });
});

describe('excerpt', () => {
  it('a long line is cut around the caret', () => {
    const text = `short\n${'x'.repeat(100)}HERE${'y'.repeat(100)}`;
    const lines = excerpt(text, { line: 2, column: 100 }, 40);
    expect(lines.every((line) => line.length <= 40)).toBe(true);
    const [, shown = '', caret = ''] = lines;
    expect(shown[caret.indexOf('^')]).toBe('H');
  });

  it('counts bytes, as Go does', () => {
    const [line = '', caret = ''] = excerpt('ä: {{ x }}', { line: 1, column: 7 }, 80);
    expect(line[caret.indexOf('^')]).toBe('x');
  });
});
