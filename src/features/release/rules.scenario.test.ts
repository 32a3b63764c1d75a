import { describe, expect, it } from 'vitest';
import { createLogger, isRecord, silentLogger, systemClock } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';
import type { HelmReleaseSpec, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import {
  chartOf,
  installRelease,
  rollbackRelease,
  uninstallRelease,
} from '../../lib/helm/index.ts';
import type { ActionPorts } from '../../lib/helm/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import {
  change,
  chartFiles,
  colour,
  commit,
  events,
  halt,
  phase,
  release,
  revisions,
  start,
  statusOf,
  template,
  until,
  useWorlds,
  world,
} from './world.contract.ts';

useWorlds();

const slow = { timeout: 40_000 };
const here = (name: string) => ({ namespace: 'default', name });
const bad = `${template}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not-A-Name\n`;

function conditions({ conditions: all = [] }: HelmReleaseStatus): string[] {
  return all.map(({ type, status }) => `${type}=${status}`);
}

async function told(name: string, text: string): Promise<void> {
  await until(async () => JSON.stringify(await events(name)).includes(text));
}

/** As a person with helm in hand. */
function byHand(): ActionPorts {
  const signal = new AbortController().signal;
  return { cluster: world.cluster, clock: systemClock, log: silentLogger, signal, render: {} };
}

const place = { name: 'web', namespace: 'default' };
const demo = chartOf(
  Object.entries(chartFiles).map(([name, text]) => ({ name, data: Buffer.from(text) })),
);

describe('the log', slow, () => {
  it('has the words that people search for', async () => {
    const lines: string[] = [];
    await commit(chartFiles);
    await start({
      settings: { logReleaseDiffs: true },
      log: createLogger({ clock: systemClock, write: (line) => void lines.push(line) }),
    });
    await release('web', { values: { colour: 'blue' } });
    await phase('web', 'Succeeded');
    await commit({ 'values.yaml': 'colour: red\nother: 1\n' });
    await until(async () => (await revisions('web')) === '1 superseded, 2 deployed');
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': bad });
    await phase('web', 'DeployFailed');
    await until(() => Promise.resolve(lines.some((line) => line.includes('upgrade failed'))));
    const text = lines
      .filter((line) => line.includes('resource=default:helmrelease/web'))
      .join('\n');
    for (const words of [
      'info="running installation"',
      'info="installation succeeded"',
      `info="running dry-run upgrade to compare with release version '1'"`,
      'info="no changes"',
      'info="difference detected during release comparison"',
      'difference="default values differ at other"',
      'info="running upgrade"',
      'info="upgrade succeeded"',
      'err="upgrade failed: failed to create resource: ',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain('release=web targetNamespace=default');
    expect(text).toContain('helmVersion=v3');
  });
});

describe('values', slow, () => {
  it('of before stay with resetValues false, and are no difference for ever', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { resetValues: false, values: { colour: 'blue', other: 1 } });
    await phase('web', 'Succeeded');
    await change('web', { values: { colour: null, more: 2 } });
    await phase('web', 'Succeeded', 2);
    expect((await world.releases.last('web'))?.config).toEqual({
      colour: 'blue',
      other: 1,
      more: 2,
    });
    expect(await colour('web')).toBe('blue');
    for (let round = 0; round < 3; round += 1) world.feature?.enqueue(here('web'));
    await release('mark', {});
    await phase('mark', 'Succeeded');
    expect(await revisions('web')).toBe('1 superseded, 2 deployed');
  });

  it.each<[string, NonNullable<HelmReleaseSpec['valuesFrom']>[number], string]>([
    [
      'a URL',
      { externalSourceRef: { url: 'https://x.example/v' } },
      'unable to read value file from URL https://x.example/v',
    ],
    [
      'another scheme',
      { externalSourceRef: { url: 'file:///etc/passwd' } },
      'unable to read value file from URL file:///etc/passwd',
    ],
    [
      'a chart file',
      { chartFileRef: { path: 'none.yaml' } },
      'unable to read value file from path none.yaml',
    ],
    [
      'a path out of the chart',
      { chartFileRef: { path: '../../x' } },
      'unable to read value file from path ../../x',
    ],
    ['a Secret', { secretKeyRef: { name: 'none' } }, 'secrets \\"none\\" not found'],
    [
      'a ConfigMap of elsewhere',
      { configMapKeyRef: { name: 'none', namespace: 'kube-system' } },
      'configmaps \\"none\\" not found',
    ],
    [
      'a key',
      { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'k' } },
      'could not find key k in ConfigMap default/kube-root-ca.crt',
    ],
    [
      'text that is no YAML',
      { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'bad' } },
      'unable to parse the values',
    ],
  ])('from %s that is not there fail, unless they are optional', async (_what, source, text) => {
    await commit(chartFiles);
    await world.cluster.create(kinds.ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: here('kube-root-ca.crt'),
      data: { bad: 'a: [' },
    });
    await start({ transport: () => Promise.resolve(new Response('no', { status: 404 })) });
    await release('web', { valuesFrom: [source] });
    await phase('web', 'Failed', 1);
    await told('web', text);
    const [[key, ref]] = Object.entries(source) as [[string, object]];
    await release('two', { valuesFrom: [{ [key]: { ...ref, optional: true } }] });
    await phase('two', 'Succeeded');
  });
});

describe('disableOpenAPIValidation', slow, () => {
  const odd = template.replace('\ndata:', '\nimmutabel: true\ndata:');

  it('unset, a field that does not exist fails before anything is applied; set, it is dropped', async () => {
    await commit({ ...chartFiles, 'templates/cm.yaml': odd });
    await start();
    await release('web', {});
    await phase('web', 'DeployFailed', 1);
    await told('web', 'error validating \\"\\": error validating data: ');
    await told('web', 'unknown field \\"immutabel\\"');
    expect(await revisions('web')).toBe('');
    await change('web', { disableOpenAPIValidation: true });
    await phase('web', 'Succeeded', 2);
    expect(await colour('web')).toBe('red');
    await change('web', { disableOpenAPIValidation: false, values: { colour: 'blue' } });
    await phase('web', 'DeployFailed', 3);
    expect(await revisions('web')).toBe('1 deployed');
    expect(await colour('web')).toBe('red');
  });
});

describe('a release that people handle too', slow, () => {
  it('made by hand is taken over, and its objects are marked', async () => {
    await commit(chartFiles);
    await installRelease(byHand(), { ...place, chart: demo, values: { colour: 'hand' } });
    await start();
    await release('web', { values: { colour: 'blue' } });
    await phase('web', 'Succeeded');
    expect(await revisions('web')).toBe('1 superseded, 2 deployed');
    const map = await world.cluster.get(kinds.ConfigMap, here('web-cm'));
    expect(map).toMatchObject({
      data: { colour: 'blue' },
      metadata: { annotations: { 'helm.fluxcd.io/antecedent': 'default:helmrelease/web' } },
    });
  });

  it('rolled back by hand comes back to what git says, uninstalled by hand it is installed', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { values: { colour: 'one' } });
    await phase('web', 'Succeeded');
    await change('web', { values: { colour: 'two' } });
    await phase('web', 'Succeeded', 2);
    await rollbackRelease(byHand(), { ...place, revision: 1 });
    await until(async () => (await revisions('web')).endsWith('3 superseded, 4 deployed'));
    expect(await colour('web')).toBe('two');
    await uninstallRelease(byHand(), place);
    await until(async () => (await colour('web')) === 'two');
    await until(async () => (await revisions('web')) === '1 deployed');
  });

  it('failed by hand is told in the status', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    const last = await world.releases.last('web');
    last!.info.status = 'superseded';
    await world.releases.update(last!);
    const status = await phase('web', 'Failed', 1);
    expect(status.releaseStatus).toBe('superseded');
    await told('web', "status 'superseded' of release does not allow a safe upgrade");
  });
});

describe('upgrades that fail', slow, () => {
  it('set Deployed and Released to False; a chart that does not render is not rolled back', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { wait: false, rollback: { enable: true } });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': '{{ fail "no" }}' });
    const status = await phase('web', 'DeployFailed', 1);
    expect(conditions(status)).toEqual(['ChartFetched=True', 'Deployed=False', 'Released=False']);
    expect(status.rollbackCount).toBe(0);
    expect(await revisions('web')).toBe('1 deployed');
  });

  it('are retried until the budget is spent, and mended by a commit', async () => {
    await commit(chartFiles);
    await start({ settings: { chartsSyncIntervalMs: 50 } });
    const rollback = { enable: true, retry: true, maxRetries: 2 };
    await release('web', { wait: false, rollback });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': bad });
    await until(async () => (await statusOf('web')).rollbackCount === 3);
    const status = await phase('web', 'RolledBack', 1);
    expect(conditions(status)).toEqual([
      'ChartFetched=True',
      'Deployed=False',
      'Released=False',
      'RolledBack=True',
    ]);
    const history = await world.releases.history('web');
    expect(history.map(({ info }) => info.description?.replace(/failed: .*/s, 'failed'))).toEqual([
      'Install complete',
      'Upgrade "web" failed',
      'Rollback to 1',
      'Upgrade "web" failed',
      'Rollback to 3',
      'Upgrade "web" failed',
      'Rollback to 5',
    ]);
    await commit({ 'templates/cm.yaml': template });
    expect((await phase('web', 'Succeeded')).rollbackCount).toBe(0);
  });

  it('that are not ready in time are rolled back, to the last that was good', async () => {
    const pod = `${template}---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers: [{name: c, image: x}]\n`;
    await commit(chartFiles);
    await start();
    await release('web', { timeout: 1, values: { colour: 'good' } });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': bad });
    await phase('web', 'DeployFailed');
    await halt();
    await commit({ 'templates/cm.yaml': pod });
    await change('web', { rollback: { enable: true } });
    await start();
    const status = await phase('web', 'RolledBack', 2);
    expect(conditions(status)).toContain('RolledBack=True');
    expect((await world.releases.last('web'))?.info.description).toBe('Rollback to 1');
    expect(await world.cluster.get(kinds.Pod, here('web'))).toBeUndefined();
    expect(await colour('web')).toBe('good');
  });

  it('whose rollback fails too are told together, the newest first', async () => {
    const hook = (text: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${text}\n  annotations: {helm.sh/hook: pre-rollback}\n`;
    await commit({ ...chartFiles, 'templates/hook.yaml': hook('No-Hook') });
    await start();
    await release('web', { wait: false, rollback: { enable: true } });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': bad });
    const status = await phase('web', 'RollbackFailed', 1);
    expect(conditions(status)).toContain('RolledBack=False');
    await told('web', 'failed: rollback failed: warning: Hook pre-rollback ');
    await told('web', ', previous error: upgrade failed: failed to create resource: ');
  });
});

describe('history and definitions', slow, () => {
  it.each([
    [undefined, 10],
    [3, 3],
    [0, 5],
  ])('maxHistory %s keeps %i revisions', async (maxHistory, kept) => {
    await commit(chartFiles);
    await start();
    await release('web', maxHistory === undefined ? {} : { maxHistory });
    await phase('web', 'Succeeded');
    const rounds = kept === 10 ? 12 : 5;
    for (let round = 2; round <= rounds; round += 1) {
      await change('web', { values: { round } });
      await until(async () => (await revisions('web')).endsWith(`${round} deployed`));
      await phase('web', 'Succeeded', round);
    }
    expect((await world.releases.heads('web')).length).toBe(kept);
  });

  it('skipCRDs leaves the definitions of the chart out', async () => {
    const crd: KubeObject = {
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
            schema: { openAPIV3Schema: { type: 'object' } },
          },
        ],
      },
    };
    await commit({ ...chartFiles, 'crds/odd.yaml': JSON.stringify(crd) });
    await start();
    await release('without', { skipCRDs: true });
    await phase('without', 'Succeeded');
    expect(
      await world.cluster.get(kinds.CustomResourceDefinition, { name: 'odds.x.io' }),
    ).toBeUndefined();
    await release('with', {});
    await phase('with', 'Succeeded');
    const made = await world.cluster.get(kinds.CustomResourceDefinition, { name: 'odds.x.io' });
    expect(isRecord(made)).toBe(true);
  });
});

describe('a release that is in the middle of another one’s work', slow, () => {
  it('is told as it is, waited for, and recovered when its time is over', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { timeout: 2 });
    await phase('web', 'Succeeded');
    await halt();
    const last = await world.releases.last('web');
    last!.info.status = 'pending-upgrade';
    last!.info.last_deployed = new Date().toISOString();
    await world.releases.update(last!);
    await start();
    await until(async () => (await statusOf('web')).releaseStatus === 'pending-upgrade');
    expect(await revisions('web')).toBe('1 pending-upgrade');
    await until(async () => (await revisions('web')) === '1 failed, 2 deployed');
  });
});
