import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import { program } from './index.ts';

const testdata = fileURLToPath(new URL('../../../features/seal/testdata', import.meta.url));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-check-test-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
}

async function check(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: { isTTY: false, write: (chunk) => void (err += String(chunk)) },
    env: { PATH: process.env['PATH'] },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { code: await program(argv, io), out, err };
}

const good = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n';
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.sea.example}
spec:
  group: sea.example
  scope: Namespaced
  names: {kind: Ship, plural: ships}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [masts]
              properties: {masts: {type: integer, minimum: 1}, sails: {type: integer}}
              x-kubernetes-validations:
                - {rule: '!has(self.sails) || self.sails >= self.masts', message: a sail for each mast}
`;
const ship = (spec: string): string =>
  `{apiVersion: sea.example/v1, kind: Ship, metadata: {name: s}, spec: ${spec}}\n`;

describe('trice check', () => {
  it('says nothing against good files, and what it looked at', async () => {
    write({ 'a.yaml': good, 'README.md': '# no manifest', '.git/bad.yaml': 'a: [' });
    expect(await check()).toEqual({
      code: 0,
      err: '',
      out: '2 files, 1 objects, 0 charts rendered: 0 errors, 0 warnings\n',
    });
  });

  it.each([
    ['a: [\n', 'a.yaml:2: error: yaml:'],
    [
      good + '---\n' + good,
      "a.yaml:3: error: default:configmap/a: duplicate definition of 'default",
    ],
    ['{apiVersion: v1, kind: ConfigMap, metadata: {name: A}}', 'metadata.name: Invalid value: "A"'],
    ['{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, date: {}}', 'unknown field "date"'],
    ['{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: x}}', 'cannot unmarshal'],
    [
      '{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: i}}',
      'Kubernetes 1.34 has no extensions/v1beta1 Ingress any more (since 1.22)',
    ],
    [`${crd}---\n${ship('{masts: 0}')}`, 'spec.masts: Invalid value: 0'],
    [`${crd}---\n${ship('{masts: 2, oars: 3}')}`, 'unknown field "spec.oars"'],
    [`${crd}---\n${ship('{masts: 2, sails: 1}')}`, 'a sail for each mast'],
  ])('%s', async (text, message) => {
    write({ 'a.yaml': text });
    const { code, out } = await check('.');
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
  });

  it('is for one version of Kubernetes', async () => {
    write({ 'a.yaml': '{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: c}}' });
    expect((await check('--kubernetes-version=1.25')).out).toContain('since 1.25');
    expect((await check('--kubernetes-version=1.24')).out).not.toContain('any more');
    expect(await check('--kubernetes-version=latest')).toMatchObject({ code: 1 });
  });

  it('takes more definitions, and warns of kinds that nothing defines', async () => {
    write({ 'repo/a.yaml': ship('{masts: 1}'), 'crd.yaml': crd });
    expect(await check('repo')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing here defines sea.example/v1 Ship') as string,
    });
    expect((await check('repo', '--strict')).code).toBe(1);
    expect((await check('repo', '--strict', '--crds=crd.yaml')).code).toBe(0);
  });

  it('builds kustomizations, and runs no command unless told to', async () => {
    write({
      'k/kustomization.yaml': 'namePrefix: x-\nresources: [a.yaml]\n',
      'k/a.yaml': good.replace('name: a', 'name: a, labels: {b: "c d"}'),
    });
    expect((await check()).out).toContain('default:configmap/x-a: metadata.labels: Invalid value');
    write({
      'k/.flux.yaml':
        'version: 1\ncommandUpdated: {generators: [{command: "echo {apiVersion: v1, kind: ConfigMap, metadata: {name: UP}}"}]}\n',
    });
    const plain = await check('--path=k');
    expect(plain.out).toContain('.flux.yaml: warning: its commands are not run');
    expect(plain.out).not.toContain('UP');
    expect((await check('--path=k', '--run-commands')).out).toContain('configmap/UP');
  });

  it('renders the charts at hand, with values of the repository', async () => {
    const release = (spec: string): string =>
      `{apiVersion: helm.fluxcd.io/v1, kind: HelmRelease, metadata: {name: app, namespace: dev}, spec: ${spec}}\n`;
    write({
      'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
      'charts/app/values.yaml': 'count: 1\n',
      'charts/app/templates/d.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {count: {{ required "count!" .Values.count }}}\n',
      'values.yaml':
        '{apiVersion: v1, kind: ConfigMap, metadata: {name: vals, namespace: dev}, data: {values.yaml: "count: 7"}}',
      'r.yaml': release(
        '{chart: {git: "git@x:y", path: charts/app}, valuesFrom: [{configMapKeyRef: {name: vals}}]}',
      ),
      'other.yaml': release(
        '{chart: {repository: "https://x", name: podinfo, version: "1"}}',
      ).replace('name: app', 'name: far'),
    });
    const { out } = await check();
    expect(out).toContain(
      'r.yaml:1: error: dev:configmap/app: app/templates/d.yaml: json: cannot unmarshal number',
    );
    expect(out).toContain('other.yaml:1: note: chart podinfo 1 is not at hand: not rendered');
    expect(out).toContain('1 charts rendered');
    write({
      'r.yaml': release('{chart: {git: "git@x:y", path: charts/app}, values: {count: null}}'),
    });
    expect((await check()).out).toContain('count!');
  });

  it('tells which key a sealed secret needs, and whether a certificate fits', async () => {
    const sealed = readFileSync(path.join(testdata, 'kubeseal-strict.yaml'), 'utf8');
    write({ 'sealed.yaml': sealed });
    expect((await check()).out).toContain('needs the key one that is not named');
    expect((await check(`--cert=${path.join(testdata, 'cert.pem')}`)).code).toBe(0);
    const [first] = /AgB\S+/.exec(sealed) ?? [];
    write({ 'sealed.yaml': sealed.replace(first!, 'AgA=') });
    expect((await check(`--cert=${path.join(testdata, 'cert.pem')}`)).code).toBe(1);
  });

  it('speaks JSON, JUnit and SARIF', async () => {
    write({ 'a.yaml': 'a: [\n', 'b & c.yaml': ship('{}') });
    const json = JSON.parse((await check('-o', 'json')).out) as { findings: unknown[] };
    expect(json.findings).toMatchObject([
      { level: 'error', rule: 'parse', file: 'a.yaml', line: 2 },
      { level: 'warning', rule: 'unknown-kind', file: 'b & c.yaml' },
    ]);
    const junit = (await check('-o', 'junit')).out;
    expect(junit).toContain('<testsuite name="trice check" tests="2" failures="1">');
    expect(junit).toContain('<testcase classname="trice check" name="b &amp; c.yaml"/>');
    const sarif = JSON.parse((await check('-o', 'sarif')).out) as {
      version: string;
      runs: unknown;
    };
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'parse', level: 'error' }, { level: 'warning' }] }],
    });
    expect(await check('-o', 'xml')).toMatchObject({ code: 1 });
    expect(await check('nowhere')).toMatchObject({ code: 1 });
  });
});
