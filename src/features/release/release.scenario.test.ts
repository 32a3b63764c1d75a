import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HelmRelease } from '../../api/helm-release/index.ts';
import type { HelmReleaseStatus } from '../../api/helm-release/index.ts';
import type { Release } from '../../lib/helm/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import {
  archiveOf,
  change,
  chartFiles,
  colour,
  commit,
  events,
  halt,
  phase,
  release,
  repository,
  repositoryUrl,
  revisions,
  start,
  statusOf,
  template,
  until,
  useWorlds,
  world,
} from './world.contract.ts';

useWorlds();

describe('a chart from git', { timeout: 30_000 }, () => {
  it('is installed, upgraded by values and by commits, and uninstalled', async () => {
    const first = await commit(chartFiles);
    await start();
    await release('web', { values: { colour: 'blue' } });
    const status = await phase('web', 'Succeeded');
    expect(status).toMatchObject({
      observedGeneration: 1,
      releaseName: 'web',
      releaseStatus: 'deployed',
      revision: first,
      lastAttemptedRevision: first,
      rollbackCount: 0,
    });
    expect(status.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual([
      'ChartFetched=True',
      'Deployed=True',
      'Released=True',
    ]);
    expect(await colour('web')).toBe('blue');

    await change('web', { values: { colour: 'green' } });
    await phase('web', 'Succeeded', 2);
    expect(await colour('web')).toBe('green');

    const second = await commit({
      'templates/cm.yaml': template.replace('"{{ .Values.colour }}"', 'dark-{{ .Values.colour }}'),
    });
    await until(async () => (await colour('web')) === 'dark-green');
    await until(async () => (await statusOf('web')).revision === second);

    const key = { namespace: 'default', name: 'web-cm' };
    const object = await world.cluster.get(kinds.ConfigMap, key);
    expect(object?.metadata.annotations).toEqual({
      'helm.fluxcd.io/antecedent': 'default:helmrelease/web',
      'meta.helm.sh/release-name': 'web',
      'meta.helm.sh/release-namespace': 'default',
    });
    expect(await revisions('web')).toBe('1 superseded, 2 superseded, 3 deployed');
    expect((await events('web')).map((event) => event['message'])).toContain(
      "managed release 'web' in namespace 'default' synchronized",
    );

    await world.cluster.delete(HelmRelease, { namespace: 'default', name: 'web' });
    await until(async () => (await revisions('web')) === '');
    expect(await colour('web')).toBeUndefined();
    await until(async () => {
      const gone = await world.cluster.get(HelmRelease, { namespace: 'default', name: 'web' });
      return gone === undefined;
    });
  });

  it('stays at its revision when a commit does not touch the chart', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await release('canary', {});
    await phase('web', 'Succeeded');
    await phase('canary', 'Succeeded');
    await writeFile(path.join(repository(), 'README.md'), 'words');
    await commit({});
    await commit({ 'values.yaml': 'colour: white\n' });
    await until(async () => (await colour('web')) === 'white');
    expect(await revisions('web')).toBe('1 superseded, 2 deployed');
  });

  it('a chart that does not render fails alone, writes nothing, and is mended by a commit', async () => {
    await commit({ ...chartFiles, 'templates/bad.yaml': '{{ .Values.missing.deep }}' });
    await start();
    await release('bad', {});
    const status = await phase('bad', 'DeployFailed', 1);
    expect(status.conditions?.find(({ type }) => type === 'Released')).toMatchObject({
      status: 'False',
      reason: 'DeployFailed',
      message: "Installation or upgrade failed for Helm release 'bad' in 'default'.",
    });
    expect(await revisions('bad')).toBe('');
    await until(async () =>
      (await events('bad')).some((event) => event['reason'] === 'FailedReleaseSync'),
    );
    const failure = (await events('bad')).find((event) => event['reason'] === 'FailedReleaseSync');
    expect(failure?.['message']).toContain(
      "synchronization of release 'bad' in namespace 'default' failed: installation failed: template: demo/templates/bad.yaml:1:",
    );
    await commit({ 'templates/bad.yaml': '' });
    await phase('bad', 'Succeeded');
  });

  it('goes on with what it has when the repository is away, also after a restart', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await halt();
    await rename(repository(), `${repository()}.away`);
    await start();
    await release('two', {});
    await phase('two', 'Succeeded');
    await change('web', { values: { colour: 'grey' } });
    await phase('web', 'Succeeded', 2);
    expect(await colour('web')).toBe('grey');
  });

  it('a chart that is not there says so', async () => {
    await commit(chartFiles);
    await start();
    await release('lost', { chart: { git: repositoryUrl(), path: 'charts/none' } });
    await phase('lost', 'ChartFetchFailed', 1);
    await release('empty', { chart: {} });
    await phase('empty', 'ChartFetchFailed', 1);
    const messages = (await events('empty')).map((event) => String(event['message']));
    expect(messages.join()).toContain(
      'could not find valid chart source configuration for release',
    );
  });

  it('does not take a release that belongs to another HelmRelease', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await release('thief', { releaseName: 'web', values: { colour: 'black' } });
    await phase('thief', 'Failed', 1);
    expect(await colour('web')).toBe('red');
    await world.cluster.delete(HelmRelease, { namespace: 'default', name: 'thief' });
    await until(async () => {
      const gone = await world.cluster.get(HelmRelease, { namespace: 'default', name: 'thief' });
      return gone === undefined;
    });
    expect(await revisions('web')).toBe('1 deployed');
  });
});

describe('values', { timeout: 30_000 }, () => {
  it('are laid over one another in order, with optional ones left out', async () => {
    await commit({ ...chartFiles, 'extra.yaml': 'colour: from-file\n' });
    await world.cluster.create(kinds.ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'low', namespace: 'default' },
      data: { 'values.yaml': 'colour: from-map\nother: 1\n' },
    });
    await world.cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'high', namespace: 'default' },
      stringData: { mine: 'colour: from-secret\n' },
    });
    await start();
    await release('web', {
      valuesFrom: [
        { configMapKeyRef: { name: 'low' } },
        { chartFileRef: { path: 'extra.yaml' } },
        { secretKeyRef: { name: 'high', key: 'mine' } },
        { secretKeyRef: { name: 'nowhere', optional: true } },
      ],
    });
    await phase('web', 'Succeeded');
    expect(await colour('web')).toBe('from-secret');
    expect((await world.releases.last('web'))?.config).toEqual({ colour: 'from-secret', other: 1 });

    await release('needy', { valuesFrom: [{ configMapKeyRef: { name: 'low', key: 'none' } }] });
    await phase('needy', 'Failed', 1);
    const messages = (await events('needy')).map((event) => String(event['message']));
    expect(messages.join()).toContain('could not find key none in ConfigMap default/low');
  });
});

describe('rollback', { timeout: 30_000 }, () => {
  const broken = `${template}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not-A-Name\n`;

  it('goes back after a failed upgrade when that is wanted, and stays until something changes', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { wait: false, rollback: { enable: true } });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': broken });
    const status = await phase('web', 'RolledBack', 1);
    expect(status.rollbackCount).toBe(1);
    await until(async () => (await revisions('web')) === '1 superseded, 2 failed, 3 deployed');
    expect((await world.releases.last('web'))?.info.description).toBe('Rollback to 1');
    await writeFile(path.join(repository(), 'README.md'), 'not the chart');
    const elsewhere = await commit({});
    await release('other', {});
    expect((await phase('other', 'DeployFailed')).lastAttemptedRevision).toBe(elsewhere);
    expect(await revisions('web')).toBe('1 superseded, 2 failed, 3 deployed');
    await commit({ 'templates/cm.yaml': template.replace('revision', 'number') });
    const mended = await phase('web', 'Succeeded');
    expect(mended.rollbackCount).toBe(0);
    expect(mended.conditions?.some(({ type }) => type === 'RolledBack')).toBe(false);
  });

  it('without it the failed revision stays, and a mended chart upgrades from it', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': broken });
    await phase('web', 'DeployFailed');
    await until(async () => (await revisions('web')) === '1 deployed, 2 failed');
    await until(async () => (await statusOf('web')).releaseStatus === 'failed');
    await commit({ 'templates/cm.yaml': template });
    await phase('web', 'Succeeded');
    expect(await revisions('web')).toBe('1 superseded, 2 failed, 3 deployed');
  });
});

describe('a crash', { timeout: 30_000 }, () => {
  async function leave(
    name: string,
    status: Release['info']['status'],
    as: HelmReleaseStatus['phase'],
  ): Promise<void> {
    const last = await world.releases.last(name);
    if (last === undefined) throw new Error('no release');
    last.info.status = status;
    await world.releases.update(last);
    const key = { namespace: 'default', name };
    await world.cluster.patch(
      HelmRelease,
      key,
      { status: { phase: as } },
      { type: 'merge', subresource: 'status' },
    );
  }

  it.each([
    ['pending-install', 'Installing', '1 failed, 2 deployed'],
    ['uninstalling', 'Succeeded', '1 deployed'],
  ] as const)('in the middle of it leaves %s, which is recovered', async (status, as, after) => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await halt();
    await leave('web', status, as);
    await start();
    await until(async () => (await revisions('web')) === after);
    expect(await colour('web')).toBe('red');
    await phase('web', 'Succeeded');
  });

  it('in the middle of an upgrade ends in a new revision', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await change('web', { values: { colour: 'blue' } });
    await phase('web', 'Succeeded', 2);
    await halt();
    await leave('web', 'pending-upgrade', 'Upgrading');
    await start();
    await until(async () => (await revisions('web')).endsWith('3 deployed'));
    await phase('web', 'Succeeded');
    expect(await colour('web')).toBe('blue');
  });
});

describe('a chart from a repository', { timeout: 30_000 }, () => {
  it('is downloaded once, checked, and kept over a restart', async () => {
    const archive = await archiveOf(chartFiles);
    const digest = createHash('sha256').update(archive).digest('hex');
    const asked: string[] = [];
    const transport: Transport = (request) => {
      asked.push(new URL(request.url).pathname);
      const isIndex = request.url.endsWith('index.yaml');
      const index = `apiVersion: v1\nentries:\n  demo:\n  - {name: demo, version: 0.1.0, apiVersion: v2, digest: ${digest}, urls: [files/demo.tgz]}\n`;
      return Promise.resolve(new Response(isIndex ? index : new Uint8Array(archive)));
    };
    await start({ transport });
    const chart = { repository: 'https://charts.example/stable', name: 'demo', version: '0.1.0' };
    await release('web', { chart });
    const status = await phase('web', 'Succeeded');
    expect(status.revision).toBe('0.1.0');
    await release('two', { chart });
    await phase('two', 'Succeeded');
    expect(asked).toEqual(['/stable/index.yaml', '/stable/files/demo.tgz']);
    await halt();
    await start();
    await release('three', { chart });
    await phase('three', 'Succeeded');
    await release('none', { chart: { ...chart, version: '9.9.9' } });
    await phase('none', 'ChartFetchFailed', 1);
  });
});
