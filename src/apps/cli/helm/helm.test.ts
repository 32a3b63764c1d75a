import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/index.ts';
import { findProgram } from '../../../../test/programs.ts';
import { program } from './index.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'cli-helm-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const files: Record<string, string> = {
  'demo/Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: 1.0.0\n',
  'demo/values.yaml': 'colour: red\n',
  'demo/README.md': 'words\n',
  'demo/crds/c.yaml': 'kind: CustomResourceDefinition\n',
  'demo/templates/_names.tpl':
    '{{- define "name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}',
  'demo/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "name" . }}\ndata:\n  colour: {{ .Values.colour | quote }}\n',
  'demo/templates/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n',
  'demo/templates/NOTES.txt': 'notes',
  'demo/templates/tests/t.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations:\n    helm.sh/hook: test\n',
  'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n',
  'bad/templates/a.yaml': 'a: [\n',
  'fails/Chart.yaml': 'apiVersion: v2\nname: fails\nversion: 0.1.0\n',
  'fails/templates/a.yaml': '{{ required "say a" .Values.a }}',
  'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n',
  'needs/Chart.yaml':
    'apiVersion: v2\nname: needs\nversion: 0.1.0\ndependencies:\n- {name: db, version: "1", repository: ""}\n',
  'blue.yaml': 'colour: blue\n',
  'text.txt': 'from a file',
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function helm(...argv: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await program(argv, {
    stdin: (async function* () {
      yield Buffer.from('colour: piped\n');
    })(),
    stdout: { write: (chunk) => void (out += chunk.toString()), isTTY: false },
    stderr: { write: (chunk) => void (err += chunk.toString()), isTTY: false },
    env: { HOME: dir },
    cwd: dir,
    signal: new AbortController().signal,
    clock: new FakeClock('2026-01-02T03:04:05.000Z'),
  });
  return { code, out, err };
}

const namespace =
  '---\n# Source: demo/templates/ns.yaml\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n';
const configMap = (name: string, colour: string): string =>
  `---\n# Source: demo/templates/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}-demo\ndata:\n  colour: "${colour}"\n`;
const test =
  '---\n# Source: demo/templates/tests/t.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations:\n    helm.sh/hook: test\n';

describe('helm template', () => {
  it.each<[string[], string]>([
    [['demo'], namespace + configMap('release-name', 'red') + test],
    [['web', 'demo', '--skip-tests'], namespace + configMap('web', 'red')],
    [['demo', '--no-hooks', '-f', 'blue.yaml'], namespace + configMap('release-name', 'blue')],
    [['demo', '--no-hooks', '-f', '-'], namespace + configMap('release-name', 'piped')],
    [
      ['demo', '--no-hooks', '-f', 'blue.yaml', '--set', 'colour=green'],
      namespace + configMap('release-name', 'green'),
    ],
    [
      ['demo', '--no-hooks', '--set-file', 'colour=text.txt'],
      namespace + configMap('release-name', 'from a file'),
    ],
    [['demo', '--no-hooks', '-s', 'templates/n*.yaml'], namespace],
    [
      ['demo', '--no-hooks', '--include-crds', '-s', 'templates/ns.yaml', '-s', 'crds/c.yaml'],
      `${namespace}---\n# Source: demo/crds/c.yaml\nkind: CustomResourceDefinition\n`,
    ],
    [
      ['demo', '--no-hooks', '--name-template', '{{ "X" | lower }}', '-s', 'templates/cm.yaml'],
      configMap('x', 'red'),
    ],
  ])('%j', async (argv, out) => {
    expect(await helm('template', ...argv)).toEqual({ code: 0, out, err: '' });
  });

  it.each<[string[], string]>([
    [
      [],
      '"helm template" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]',
    ],
    [['a', 'b', 'c'], 'expected at most two arguments, unexpected arguments: c'],
    [['./nowhere'], 'path "./nowhere" not found'],
    [['nowhere'], 'non-absolute URLs should be in form of repo_name/path_to_chart, got: nowhere'],
    [
      ['bad'],
      'YAML parse error on bad/templates/a.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content\n\nUse --debug flag to render out invalid YAML',
    ],
    [
      ['fails'],
      'execution error at (fails/templates/a.yaml:1:3): say a\n\nUse --debug flag to render out invalid YAML',
    ],
    [['lib'], 'library charts are not installable'],
    [
      ['needs'],
      'An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: db',
    ],
    [['demo', '-s', 'templates/no.yaml'], 'could not find template templates/no.yaml in chart'],
    [['demo', '--set', 'a'], 'failed parsing --set data: key "a" has no value'],
    [['demo', '--set-json', 'a={'], 'failed parsing --set-json data a={'],
    [['demo', '-f', 'no.yaml'], 'open no.yaml: no such file or directory'],
    [
      ['X', 'demo'],
      'release name "X": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53',
    ],
    [
      ['demo', '--validate'],
      '--validate and --dry-run=server are not supported by template: use `helm install --dry-run=server` to ask a cluster',
    ],
  ])('%j fails', async (argv, message) => {
    expect(await helm('template', ...argv)).toEqual({
      code: 1,
      out: '',
      err: `Error: ${message}\n`,
    });
  });

  it('writes files below --output-dir', async () => {
    const { out } = await helm('template', 'demo', '--output-dir', 'out', '--no-hooks');
    expect(out).toBe('wrote out/demo/templates/ns.yaml\nwrote out/demo/templates/cm.yaml\n\n');
    const file = path.join(dir, 'out/demo/templates/ns.yaml');
    expect(await readFile(file, 'utf8')).toBe(namespace);
  });
});

describe('helm lint', () => {
  it('a good chart', async () => {
    expect(await helm('lint', 'demo')).toEqual({
      code: 0,
      out: '==> Linting demo\n[INFO] Chart.yaml: icon is recommended\n\n1 chart(s) linted, 0 chart(s) failed\n',
      err: '',
    });
  });

  it('a bad one', async () => {
    expect(await helm('lint', 'bad')).toEqual({
      code: 1,
      out: '==> Linting bad\n[INFO] Chart.yaml: icon is recommended\n[INFO] values.yaml: file does not exist\n[ERROR] templates/a.yaml: unable to parse YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content\n\n',
      err: 'Error: 1 chart(s) linted, 1 chart(s) failed\n',
    });
  });
});

describe('helm lint, rule by rule', () => {
  it.each<[string, string, string]>([
    ['Chart.yaml', 'maintainers: [{email: a@b.c}]', 'each maintainer requires a name'],
    ['Chart.yaml', 'maintainers: [{name: m, email: e}]', "invalid email 'e' for maintainer 'm'"],
    ['Chart.yaml', 'sources: [nowhere]', "invalid source URL 'nowhere'"],
    ['Chart.yaml', 'icon: nowhere', "invalid icon URL 'nowhere'"],
    ['Chart.yaml', 'appVersion: 1', "appVersion should be of type string but it's of type float64"],
  ])('%s with %s', async (file, line, message) => {
    await writeFile(path.join(dir, 'lib', file), `${files['lib/Chart.yaml']}${line}\n`);
    expect((await helm('lint', 'lib')).out).toContain(`[ERROR] ${file}: ${message}\n`);
  });

  it('--with-subcharts looks at folders and archives, each by its name', async () => {
    const charts = path.join(dir, 'demo/charts');
    await mkdir(path.join(charts, 'b'), { recursive: true });
    await writeFile(path.join(charts, 'b/Chart.yaml'), 'apiVersion: v2\nname: b\n');
    expect((await helm('package', 'fails', '-d', charts)).code).toBe(0);
    const { out } = await helm('lint', 'demo', '--with-subcharts');
    expect([...out.matchAll(/^==> Linting (.*)$/gm)].map(([, name]) => name)).toEqual([
      'demo',
      'demo/charts/b',
      'demo/charts/fails-0.1.0.tgz',
    ]);
    expect(out).toContain('[ERROR] Chart.yaml: version is required\n');
  });
});

describe('helm show and version', () => {
  it.each<[string[], string]>([
    [
      ['show', 'chart', 'demo'],
      'apiVersion: v2\nappVersion: 1.0.0\nname: demo\nversion: 0.1.0\n\n',
    ],
    [['show', 'values', 'demo'], 'colour: red\n\n'],
    [['show', 'readme', 'demo'], 'words\n\n'],
    [['show', 'crds', 'demo'], 'kind: CustomResourceDefinition\n\n'],
    [['version', '--short'], 'v3.21.4\n'],
    [['version', '--template', '{{.Version}}'], 'v3.21.4'],
  ])('%j', async (argv, out) => {
    expect(await helm(...argv)).toEqual({ code: 0, out, err: '' });
  });
});

describe('beside the real helm', () => {
  const real = findProgram('helm');
  it
    .skipIf(real === undefined)
    .each<[string[]]>([
      [['template', 'demo']],
      [['template', 'web', 'demo', '--include-crds', '--is-upgrade', '-n', 'x']],
      [['template', 'demo', '--kube-version', '1.20', '-s', 'templates/*.yaml']],
      [['template', 'bad']],
      [['template', 'fails']],
      [['template', 'needs']],
      [['template', 'lib']],
      [['template', 'demo', '--set', 'a[0].b={1,2},c=null']],
      [['template', 'demo', '--set', 'colour.deep=1', '--set', 'other=2']],
      [['lint', 'demo', 'bad', 'fails', 'lib', 'needs']],
      [['lint', 'demo', '--quiet']],
      [['show', 'all', 'demo']],
    ])('helm: %j says the same', async (argv) => {
    const theirs = spawnSync(real!, argv, { cwd: dir, env: { HOME: dir }, encoding: 'utf8' });
    const ours = await helm(...argv);
    expect({ code: ours.code, out: ours.out, err: ours.err }).toEqual({
      code: theirs.status,
      out: theirs.stdout,
      err: theirs.stderr,
    });
  });
});
