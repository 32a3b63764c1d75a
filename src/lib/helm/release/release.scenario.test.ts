import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRecord, silentLogger, systemClock } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { findProgram } from '../../../../test/programs.ts';
import { connect, kinds } from '../../kube/index.ts';
import type { Cluster } from '../../kube/index.ts';
import {
  chartOf,
  createSecretStore,
  installRelease,
  rollbackRelease,
  testRelease,
  uninstallRelease,
  upgradeRelease,
} from '../index.ts';
import type { ActionPorts, Chart, ReleaseStore } from '../index.ts';

let server: ApiServer;
let cluster: Cluster;
let ports: ActionPorts;
let store: ReleaseStore;
const place = { name: 'web', namespace: 'default' };

beforeEach(async () => {
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  const signal = new AbortController().signal;
  ports = { cluster, clock: systemClock, log: silentLogger, signal, render: {} };
  store = createSecretStore({ ...ports, namespace: 'default' });
});

afterEach(() => server.close());

const configMap = (name: string, data: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n  ${data}\n`;

const files: Record<string, string> = {
  'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: "1.0"\n',
  'values.yaml': 'colour: red\nother: 1\n',
  'templates/cm.yaml': configMap('main', 'colour: "{{ .Values.colour }}"'),
  'templates/NOTES.txt': 'It is {{ .Values.colour }}.\n',
};

function chart(changes: Record<string, string | undefined> = {}): Chart {
  const all = Object.entries({ ...files, ...changes });
  return chartOf(
    all.flatMap(([name, text]) => (text === undefined ? [] : [{ name, data: Buffer.from(text) }])),
  );
}

async function dataOf(name: string): Promise<unknown> {
  return (await cluster.get(kinds.ConfigMap, { namespace: 'default', name }))?.['data'];
}

async function history(): Promise<string[]> {
  const all = await store.history('web');
  return all.map(({ version, info }) => `${version} ${info.status}: ${info.description}`);
}

const labelsOf = async (version: number): Promise<unknown> =>
  (await store.get('web', version))?.labels;

describe('labels of the user', () => {
  it('are kept, merged and taken away over upgrades and rollbacks, and select', async () => {
    const labels = { team: 'a', tier: 'front' };
    await installRelease(ports, { ...place, chart: chart(), labels });
    await upgradeRelease(ports, {
      ...place,
      chart: chart(),
      values: { colour: 'blue' },
      labels: { tier: 'null', stage: 'live' },
    });
    await rollbackRelease(ports, { ...place, revision: 1 });
    expect(await Promise.all([1, 2, 3].map(labelsOf))).toEqual([
      labels,
      { team: 'a', stage: 'live' },
      labels,
    ]);
    const live = createSecretStore({ ...ports, namespace: 'default', selector: 'stage=live' });
    expect((await live.heads()).map(({ version }) => version)).toEqual([2]);
  });

  it("may not be Helm's own", async () => {
    await expect(
      installRelease(ports, { ...place, chart: chart(), labels: { owner: 'me' } }),
    ).rejects.toThrow('user supplied labels contains system reserved label name. System labels: [');
    expect(await dataOf('main')).toBeUndefined();
  });
});

describe('a release too large for a Secret', () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: as.x.io}
spec:
  group: x.io
  names: {kind: A, plural: as}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;

  it('fails before anything is applied, definitions included', async () => {
    const large = chart({ 'crds/a.yaml': crd, 'big.bin': randomBytes(1_200_000).toString('hex') });
    const tooLarge = /^release web v1 needs \d+ KiB, more than the 1024 KiB a Secret can hold/;
    await expect(installRelease(ports, { ...place, chart: large })).rejects.toThrow(tooLarge);
    expect(await cluster.resourceOf('x.io/v1', 'A')).toBeUndefined();
    expect(await dataOf('main')).toBeUndefined();
    expect(await history()).toEqual([]);
  });

  it('leaves the revision before it as it is', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    const large = chart({ 'big.bin': randomBytes(1_200_000).toString('hex') });
    await expect(upgradeRelease(ports, { ...place, chart: large })).rejects.toThrow('v2 needs ');
    expect(await history()).toEqual(['1 deployed: Install complete']);
  });
});

describe('a dry run of the client', () => {
  it.each([
    [true, 'none'],
    [false, 'some'],
  ])('withoutLookup %s finds %s', async (withoutLookup, found) => {
    const text = configMap(
      'main',
      'x: {{ empty (lookup "v1" "Namespace" "" "default") | ternary "none" "some" }}',
    );
    const { manifest } = await installRelease(ports, {
      ...place,
      chart: chart({ 'templates/cm.yaml': text }),
      dryRun: true,
      withoutLookup,
    });
    expect(manifest).toContain(`x: ${found}`);
    expect(await history()).toEqual([]);
  });
});

describe('test', () => {
  const hook = (name: string): string =>
    configMap(name, 'a: b', '  annotations: {helm.sh/hook: test}\n');

  it('runs the wanted test hooks and keeps what became of them', async () => {
    const all = chart({ 'templates/t1.yaml': hook('t1'), 'templates/t2.yaml': hook('t2') });
    await installRelease(ports, { ...place, chart: all });
    const { failure } = await testRelease(ports, { ...place, without: ['t2'] });
    expect(failure).toBeUndefined();
    const phases = (await store.last('web'))?.hooks?.map(
      ({ name, last_run: run }) => `${name} ${run.phase}`,
    );
    expect(phases).toEqual(['t1 Succeeded', 't2 ']);
    expect(await dataOf('t1')).toEqual({ a: 'b' });
    expect(await dataOf('t2')).toBeUndefined();
  });

  it('tells of a release that is not there', async () => {
    await expect(testRelease(ports, place)).rejects.toThrow('release: not found');
  });
});

describe('install', () => {
  it('stores the release as Helm does and owns what it creates', async () => {
    const release = await installRelease(ports, {
      ...place,
      chart: chart(),
      values: { colour: 'blue' },
    });
    expect(release).toMatchObject({
      version: 1,
      config: { colour: 'blue' },
      info: { status: 'deployed', description: 'Install complete', notes: 'It is blue.\n' },
    });
    const secret = await cluster.get(kinds.Secret, {
      namespace: 'default',
      name: 'sh.helm.release.v1.web.v1',
    });
    expect(secret).toMatchObject({
      type: 'helm.sh/release.v1',
      metadata: { labels: { name: 'web', owner: 'helm', status: 'deployed', version: '1' } },
    });
    const object = await cluster.get(kinds.ConfigMap, { namespace: 'default', name: 'main' });
    expect(object?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'meta.helm.sh/release-name': 'web',
        'meta.helm.sh/release-namespace': 'default',
      },
    });
    expect(release.manifest).not.toContain('managed-by');
  });

  it('refuses a name that is in use, and one that is none', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    await expect(installRelease(ports, { ...place, chart: chart() })).rejects.toThrow(
      'cannot re-use a name that is still in use',
    );
    await expect(installRelease(ports, { ...place, name: 'No', chart: chart() })).rejects.toThrow(
      'release name "No": invalid release name, must match regex',
    );
  });

  it('refuses an object that is not its own, before anything is stored', async () => {
    await cluster.create(kinds.ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'main', namespace: 'default' },
    });
    await expect(installRelease(ports, { ...place, chart: chart() })).rejects.toThrow(
      'Unable to continue with install: ConfigMap "main" in namespace "default" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "web"; annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "default"',
    );
    expect(await history()).toEqual([]);
    await installRelease(ports, { ...place, chart: chart(), takeOwnership: true });
    expect(await dataOf('main')).toEqual({ colour: 'red' });
  });

  it('a kind nobody serves is Helm’s error', async () => {
    const odd = chart({
      'templates/odd.yaml': 'apiVersion: x.io/v1\nkind: Odd\nmetadata:\n  name: o\n',
    });
    await expect(installRelease(ports, { ...place, chart: odd })).rejects.toThrow(
      'unable to build kubernetes objects from release manifest: resource mapping not found for name: "o" namespace: "" from "": no matches for kind "Odd" in version "x.io/v1"\nensure CRDs are installed first',
    );
  });

  it('applies crds/ first, and then knows their kinds', async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'odds.x.io' },
      spec: {
        group: 'x.io',
        scope: 'Namespaced',
        names: { kind: 'Odd', plural: 'odds', singular: 'odd', listKind: 'OddList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        ],
      },
    };
    const odd = (size: string): Chart =>
      chart({
        'crds/odd.yaml': JSON.stringify(crd),
        'templates/odd.yaml': `apiVersion: x.io/v1\nkind: Odd\nmetadata:\n  name: o\nspec:\n  size: ${size}\n`,
      });
    await installRelease(ports, { ...place, chart: odd('1') });
    await upgradeRelease(ports, { ...place, chart: odd('2') });
    const resource = await cluster.resourceOf('x.io/v1', 'Odd');
    const found = await cluster.get(resource!, { namespace: 'default', name: 'o' });
    expect(found?.['spec']).toEqual({ size: 2 });
    await uninstallRelease(ports, place);
    expect(await cluster.resourceOf('x.io/v1', 'Odd')).toBeDefined();
  });

  it('a failed one is kept as failed, or undone when it is atomic', async () => {
    const bad = chart({ 'templates/bad.yaml': configMap('Not-A-Name', 'a: b') });
    await expect(installRelease(ports, { ...place, chart: bad })).rejects.toThrow('Not-A-Name');
    expect((await store.last('web'))?.info).toMatchObject({
      status: 'failed',
      description: expect.stringContaining('Release "web" failed: ') as string,
    });
    await expect(
      installRelease(ports, { ...place, chart: bad, replace: true, atomic: true }),
    ).rejects.toThrow('release web failed, and has been uninstalled due to atomic being set: ');
    expect(await history()).toEqual([]);
    expect(await dataOf('main')).toBeUndefined();
  });
});

describe('upgrade', () => {
  it('creates, changes and deletes what differs, and leaves the rest alone', async () => {
    await installRelease(ports, {
      ...place,
      chart: chart({
        'templates/old.yaml': configMap('old', 'a: b'),
        'templates/kept.yaml': configMap(
          'kept',
          'a: b',
          '  annotations: {helm.sh/resource-policy: keep}\n',
        ),
      }),
    });
    const key = { namespace: 'default', name: 'main' };
    await cluster.patch(kinds.ConfigMap, key, { data: { byHand: 'x' } }, { type: 'merge' });
    await upgradeRelease(ports, {
      ...place,
      chart: chart({ 'templates/new.yaml': configMap('new', 'a: b') }),
      values: { colour: 'green' },
    });
    expect(await dataOf('main')).toEqual({ colour: 'green', byHand: 'x' });
    expect(await dataOf('new')).toEqual({ a: 'b' });
    expect(await dataOf('old')).toBeUndefined();
    expect(await dataOf('kept')).toEqual({ a: 'b' });
    expect(await history()).toEqual([
      '1 superseded: Install complete',
      '2 deployed: Upgrade complete',
    ]);
  });

  it.each<[string, 'reset' | 'reuse' | undefined, JsonRecord, JsonRecord]>([
    ['none given: the old ones', undefined, {}, { colour: 'blue' }],
    ['given: only they', undefined, { other: 2 }, { other: 2 }],
    ['reset: only they, even none', 'reset', {}, {}],
    ['reuse: laid over the old ones', 'reuse', { other: 2 }, { colour: 'blue', other: 2 }],
  ])('values, %s', async (_name, valuesFrom, values, config) => {
    await installRelease(ports, { ...place, chart: chart(), values: { colour: 'blue' } });
    const release = await upgradeRelease(ports, {
      ...place,
      chart: chart(),
      values,
      ...(valuesFrom === undefined ? {} : { valuesFrom }),
    });
    expect(release.config).toEqual(config);
  });

  it('refuses when there is nothing to upgrade, or another one is at work', async () => {
    await expect(upgradeRelease(ports, { ...place, chart: chart() })).rejects.toThrow(
      '"web" has no deployed releases',
    );
    const release = await installRelease(ports, { ...place, chart: chart() });
    release.info.status = 'pending-upgrade';
    await store.update(release);
    await expect(upgradeRelease(ports, { ...place, chart: chart() })).rejects.toThrow(
      'another operation (install/upgrade/rollback) is in progress',
    );
  });

  it('keeps as many revisions as it may, and always the deployed one', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    for (let round = 0; round < 4; round += 1) {
      await upgradeRelease(ports, { ...place, chart: chart(), values: { round }, maxHistory: 3 });
    }
    const heads = await store.heads('web');
    expect(heads.map(({ version }) => version)).toEqual([3, 4, 5]);
  });

  it('a dry run changes nothing', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    const release = await upgradeRelease(ports, {
      ...place,
      chart: chart(),
      values: { colour: 'x' },
      dryRun: true,
    });
    expect(release.info.description).toBe('Dry run complete');
    expect(release.manifest).toContain('colour: "x"');
    expect(await history()).toEqual(['1 deployed: Install complete']);
  });
});

describe('rollback and uninstall', () => {
  it('goes back to an older revision as a new one', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    await upgradeRelease(ports, { ...place, chart: chart(), values: { colour: 'green' } });
    await rollbackRelease(ports, place);
    expect(await dataOf('main')).toEqual({ colour: 'red' });
    expect(await history()).toEqual([
      '1 superseded: Install complete',
      '2 superseded: Upgrade complete',
      '3 deployed: Rollback to 1',
    ]);
    await expect(rollbackRelease(ports, { ...place, revision: 9 })).rejects.toThrow(
      'release has no 9 version',
    );
  });

  it('removes everything but what is to be kept, and says so', async () => {
    const kept = configMap('kept', 'a: b', '  annotations: {helm.sh/resource-policy: keep}\n');
    await installRelease(ports, { ...place, chart: chart({ 'templates/kept.yaml': kept }) });
    const { info } = await uninstallRelease(ports, { ...place, keepHistory: true });
    expect(info).toBe('These resources were kept due to the resource policy:\n[ConfigMap] kept\n');
    expect(await dataOf('main')).toBeUndefined();
    expect(await history()).toEqual(['1 uninstalled: Uninstallation complete']);
    await uninstallRelease(ports, place);
    expect(await history()).toEqual([]);
    await expect(uninstallRelease(ports, place)).rejects.toThrow(
      'uninstall: Release not loaded: web: release: not found',
    );
  });
});

describe('hooks', () => {
  const hook = (name: string, event: string, weight: string, policy = ''): string =>
    configMap(
      name,
      'a: b',
      `  annotations:\n    helm.sh/hook: ${event}\n    helm.sh/hook-weight: "${weight}"\n${policy === '' ? '' : `    helm.sh/hook-delete-policy: ${policy}\n`}`,
    );

  it('run by weight, are not part of the release, and go when their policy says so', async () => {
    const release = await installRelease(ports, {
      ...place,
      chart: chart({
        'templates/h1.yaml': hook('late', 'pre-install', '5'),
        'templates/h2.yaml': hook('early', 'pre-install', '-5', 'hook-succeeded'),
      }),
    });
    const runs = (release.hooks ?? []).map(({ name, last_run: run }) => ({ name, run }));
    expect(runs.map(({ run }) => run.phase)).toEqual(['Succeeded', 'Succeeded']);
    const started = Object.fromEntries(runs.map(({ name, run }) => [name, run.started_at]));
    expect(String(started['early']) <= String(started['late'])).toBe(true);
    expect(await dataOf('early')).toBeUndefined();
    expect(await dataOf('late')).toEqual({ a: 'b' });
    await uninstallRelease(ports, place);
    expect(await dataOf('late')).toEqual({ a: 'b' });
  });

  it('a hook that cannot be made fails the operation before the objects are touched', async () => {
    await installRelease(ports, { ...place, chart: chart() });
    const bad = chart({ 'templates/h.yaml': hook('Not-A-Name', 'pre-upgrade', '0') });
    await expect(
      upgradeRelease(ports, { ...place, chart: bad, values: { colour: 'x' } }),
    ).rejects.toThrow('pre-upgrade hooks failed: ');
    expect(await dataOf('main')).toEqual({ colour: 'red' });
    expect((await history())[1]).toContain(
      '2 failed: Upgrade "web" failed: pre-upgrade hooks failed',
    );
  });

  it('a job is waited for', async () => {
    const job = `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: j\n  annotations: {helm.sh/hook: pre-install}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: c, image: x}]\n`;
    const finish = async (type: string): Promise<void> => {
      const key = { namespace: 'default', name: 'j' };
      while ((await cluster.get(kinds.Job, key)) === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const time = new Date().toISOString().replace(/\.\d+/, '');
      const status = {
        conditions: [{ type, status: 'True', reason: 'Because', lastTransitionTime: time }],
      };
      await cluster.patch(kinds.Job, key, { status }, { type: 'merge', subresource: 'status' });
    };
    const installing = installRelease(ports, {
      ...place,
      chart: chart({ 'templates/j.yaml': job }),
    });
    await Promise.all([
      finish('Failed'),
      expect(installing).rejects.toThrow(
        'failed pre-install: 1 error occurred:\n\t* job j failed: Because\n\n',
      ),
    ]);
  });
});

describe('wait', () => {
  it('ends with Helm’s text when time is up', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers: [{name: c, image: x}]\n';
    await expect(
      installRelease(ports, {
        ...place,
        chart: chart({ 'templates/p.yaml': pod }),
        wait: true,
        timeoutMs: 100,
      }),
    ).rejects.toThrow('context deadline exceeded');
    expect((await history())[0]).toBe('1 failed: Release "web" failed: context deadline exceeded');
  });
});

it('a release too large for a Secret fails before anything is applied', async () => {
  const noise = Array.from({ length: 200_000 }, (_, at) =>
    ((at * 2_654_435_761) % 4_294_967_296).toString(36),
  ).join('');
  const big = chart({ 'big.txt': noise });
  await expect(installRelease(ports, { ...place, chart: big })).rejects.toThrow(
    /release web v1 needs \d+ KiB, more than the 1024 KiB a Secret can hold/,
  );
  expect(await dataOf('main')).toBeUndefined();
});

describe('with the real helm', () => {
  const helm = findProgram('helm');
  let dir: string;
  let close: () => Promise<void>;

  async function run(...args: string[]): Promise<string> {
    const child = spawn(helm!, args, {
      env: { ...process.env, KUBECONFIG: path.join(dir, 'kubeconfig'), HOME: dir },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(out);
    return out;
  }

  it.skipIf(helm === undefined)(
    'helm: each reads and carries on what the other did',
    { timeout: 60_000 },
    async () => {
      dir = await mkdtemp(path.join(os.tmpdir(), 'helm-'));
      const pki = await createPki({
        dir: path.join(dir, 'pki'),
        clock: systemClock,
        hosts: ['127.0.0.1'],
      });
      const listening = await server.listen({
        host: '127.0.0.1',
        port: 0,
        tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
      });
      close = () => listening.close();
      try {
        const url = `https://127.0.0.1:${listening.port}`;
        await writeFile(path.join(dir, 'kubeconfig'), kubeconfigText({ server: url, pki }));
        await installRelease(ports, { ...place, chart: chart(), values: { colour: 'blue' } });
        await upgradeRelease(ports, { ...place, chart: chart(), values: { colour: 'green' } });
        const list: unknown = JSON.parse(await run('list', '-o', 'json'));
        expect(list).toMatchObject([
          {
            name: 'web',
            revision: '2',
            status: 'deployed',
            chart: 'demo-0.1.0',
            app_version: '1.0',
          },
        ]);
        const ours: unknown = JSON.parse(await run('history', 'web', '-o', 'json'));
        expect(ours).toMatchObject([
          { revision: 1, status: 'superseded', description: 'Install complete' },
          { revision: 2, status: 'deployed', description: 'Upgrade complete' },
        ]);
        const stored = await store.last('web');
        expect(await run('get', 'manifest', 'web')).toBe(`${stored?.manifest}\n`);
        expect(await run('get', 'values', 'web')).toBe('USER-SUPPLIED VALUES:\ncolour: green\n');
        expect(await run('get', 'notes', 'web')).toBe('NOTES:\nIt is green.\n\n');

        await run('rollback', 'web', '1');
        expect(await dataOf('main')).toEqual({ colour: 'blue' });
        expect(await history()).toHaveLength(3);
        await upgradeRelease(ports, { ...place, chart: chart(), values: { colour: 'black' } });
        expect(await dataOf('main')).toEqual({ colour: 'black' });

        const folder = path.join(dir, 'demo');
        for (const [name, text] of Object.entries(files)) {
          const file = path.join(folder, name);
          await mkdir(path.dirname(file), { recursive: true });
          await writeFile(file, text);
        }
        await run('upgrade', 'web', folder, '--set', 'colour=white');
        expect(await dataOf('main')).toEqual({ colour: 'white' });
        const theirs = await store.last('web');
        expect(theirs).toMatchObject({ version: 5, config: { colour: 'white' } });
        await uninstallRelease(ports, place);
        expect(await run('list', '-q', '-a')).toBe('');
        const left: KubeObject[] = (await cluster.list(kinds.ConfigMap, { namespace: 'default' }))
          .items;
        expect(left.filter((each) => isRecord(each['data']) && 'colour' in each['data'])).toEqual(
          [],
        );
      } finally {
        await close();
        await rm(dir, { recursive: true, force: true });
      }
    },
  );
});
