import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../kube/index.ts';
import type { Cluster } from '../../kube/index.ts';
import {
  chartOf,
  createReleaseStore,
  failInterrupted,
  installRelease,
  rollbackRelease,
  uninstallRelease,
  upgradeRelease,
  wasInterrupted,
} from '../index.ts';
import type { ActionPorts, Chart, HookLog, ReleaseStore } from '../index.ts';

// What is left when an operation has failed or was cut short, and who clears it.

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
  store = createReleaseStore({ ...ports, namespace: 'default' });
});
afterEach(() => server.close());

const map = (name: string, data = 'a: b', annotations = '{}'): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations: ${annotations}\ndata: {${data}}\n`;
const broken = map('Not-A-Name');

function chart(...documents: string[]): Chart {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
    'templates/all.yaml': documents.join(''),
  };
  return chartOf(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

async function maps(): Promise<Record<string, unknown>> {
  const { items } = await cluster.list(kinds.ConfigMap, { namespace: 'default' });
  return Object.fromEntries(
    items
      .filter(({ metadata: { name } }) => name !== 'kube-root-ca.crt')
      .map((each) => [each.metadata.name, each['data']]),
  );
}

const invalid = /ConfigMap "Not-A-Name" is invalid: /;

describe('in Helm’s words', () => {
  it('an install tries every object, and counts the failures', async () => {
    const failing = installRelease(ports, { ...place, chart: chart(broken, map('a')) });
    await expect(failing).rejects.toThrow(
      /^1 error occurred:\n\t\* ConfigMap "Not-A-Name" is invalid: [^\n]*\n\n$/,
    );
    expect(await maps()).toEqual({ a: { a: 'b' } });
  });

  it('an upgrade stops at the first object that cannot be made', async () => {
    await installRelease(ports, { ...place, chart: chart(map('a')) });
    const next = upgradeRelease(ports, {
      ...place,
      chart: chart(map('a', 'a: c'), broken, map('z')),
    });
    await expect(next).rejects.toThrow(
      /^failed to create resource: ConfigMap "Not-A-Name" is invalid: /,
    );
    expect(await maps()).toEqual({ a: { a: 'c' } });
  });

  it('patches that fail are told together, and what was created is cleaned up when that is asked for', async () => {
    const frozen = (data: string): string => `${map('a', data)}immutable: true\n`;
    await installRelease(ports, { ...place, chart: chart(frozen('a: b')) });
    const next = upgradeRelease(ports, {
      ...place,
      chart: chart(frozen('a: c'), map('new')),
      cleanupOnFail: true,
    });
    await expect(next).rejects.toThrow(/^cannot patch "a" with kind ConfigMap: /);
    expect(await maps()).toEqual({ a: { a: 'b' } });
  });

  it.each([
    [true, 'error validating "": error validating data: kind not set'],
    [false, `unable to decode "": Object 'Kind' is missing in '{"a":1}'`],
  ])('a document without kind, validated: %s', async (validates, text) => {
    const made = installRelease(ports, {
      ...place,
      chart: chart('---\na: 1\n'),
      disableOpenApiValidation: !validates,
    });
    await expect(made).rejects.toThrow(
      `unable to build kubernetes objects from release manifest: ${text}`,
    );
  });

  it('a rollback deletes the pods of what it changed when that is asked for', async () => {
    const deployment = (image: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: ${image}}]}\n`;
    await installRelease(ports, { ...place, chart: chart(deployment('i:1')) });
    await upgradeRelease(ports, { ...place, chart: chart(deployment('i:2')) });
    const pod = (name: string, labels: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    await cluster.create(kinds.Pod, pod('chosen', { a: 'b' }));
    await cluster.create(kinds.Pod, pod('other', { a: 'x' }));
    await rollbackRelease(ports, { ...place, recreatePods: true });
    const { items } = await cluster.list(kinds.Pod, { namespace: 'default' });
    expect(items.map(({ metadata: { name } }) => name)).toEqual(['other']);
  });
});

describe('what a failed revision left', () => {
  async function failOnce(): Promise<void> {
    await installRelease(ports, { ...place, chart: chart(map('a', 'x: one')) });
    const next = chart(map('a', 'x: two, more: left'), map('left'), broken);
    await expect(upgradeRelease(ports, { ...place, chart: next })).rejects.toThrow(invalid);
    expect(await maps()).toEqual({ a: { x: 'two', more: 'left' }, left: { a: 'b' } });
  }

  it('stays in Helm', async () => {
    await failOnce();
    await upgradeRelease(ports, { ...place, chart: chart(map('a', 'x: three')) });
    expect(await maps()).toEqual({ a: { x: 'three', more: 'left' }, left: { a: 'b' } });
  });

  it('goes with the next revision when that is asked for, fields and objects', async () => {
    await failOnce();
    await upgradeRelease(ports, {
      ...place,
      chart: chart(map('a', 'x: three')),
      clearsFailed: true,
    });
    expect(await maps()).toEqual({ a: { x: 'three' } });
  });

  it.each([
    ['goes with an uninstall', 'web', {}],
    ['stays when it is somebody else’s by now', 'other', { old: { a: 'b' } }],
  ])('%s, and so does what only the deployed one has', async (_what, owner, rest) => {
    await installRelease(ports, { ...place, chart: chart(map('a'), map('old')) });
    const next = chart(map('a'), map('left'), broken);
    await expect(upgradeRelease(ports, { ...place, chart: next })).rejects.toThrow(invalid);
    const marks = { metadata: { annotations: { 'meta.helm.sh/release-name': owner } } };
    const key = { namespace: 'default', name: 'old' };
    await cluster.patch(kinds.ConfigMap, key, marks, { type: 'merge' });
    await uninstallRelease(ports, { ...place, clearsFailed: true });
    expect(await maps()).toEqual(rest);
  });

  it('of a first install goes with the install that takes its place', async () => {
    const first = chart(map('a', 'x: one, more: left'), map('left'), broken);
    await expect(installRelease(ports, { ...place, chart: first })).rejects.toThrow(invalid);
    const next = { ...place, chart: chart(map('a', 'x: two')), replace: true, clearsFailed: true };
    expect((await installRelease(ports, next)).version).toBe(2);
    expect(await maps()).toEqual({ a: { x: 'two' } });
  });
});

describe('hooks', () => {
  const hook = (name: string, event: string, policy = 'before-hook-creation'): string =>
    map(name, 'a: b', `{helm.sh/hook: ${event}, helm.sh/hook-delete-policy: ${policy}}`);

  it('that ended well do not run again when an uninstall goes on', async () => {
    await installRelease(ports, { ...place, chart: chart(map('a'), hook('h', 'pre-delete')) });
    const made: string[] = [];
    let isDead = false;
    const dying: Cluster = {
      ...cluster,
      create: async (kind, object, how) => {
        made.push(object.metadata.name);
        return cluster.create(kind, object, how);
      },
      delete: async (kind, key, how) => {
        if (key.name === 'a' && !isDead) {
          isDead = true;
          throw new Error('the process is dead');
        }
        return cluster.delete(kind, key, how);
      },
    };
    const uninstall = () =>
      uninstallRelease({ ...ports, cluster: dying }, { ...place, resumes: true });
    await expect(uninstall()).rejects.toThrow('the process is dead');
    expect((await store.last('web'))?.hooks?.[0]?.last_run.phase).toBe('Succeeded');
    await uninstall();
    expect(made).toEqual(['h']);
    expect(await maps()).toEqual({ h: { a: 'b' } });
    expect(await store.heads('web')).toEqual([]);
  });

  it('of an interrupted revision go when their policy would have deleted them', async () => {
    const both = chart(hook('stays', 'pre-install'), hook('goes', 'pre-install', 'hook-failed'));
    const release = await installRelease(ports, { ...place, chart: both });
    release.info.status = 'pending-install';
    await store.update(release);
    await failInterrupted(ports, { ...place, version: 1 }, 1000);
    expect(await maps()).toEqual({ stays: { a: 'b' } });
    const last = await store.last('web');
    expect(last?.info.status).toBe('failed');
    expect(last && wasInterrupted(last)).toBe(true);
  });

  it('tell their logs when their policy says so', async () => {
    const heard: HookLog[] = [];
    const job = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {helm.sh/hook: pre-install, helm.sh/hook-output-log-policy: "hook-succeeded"}\nspec:\n  containers: [{name: c, image: i}]\n`;
    server.setPodRuntime({
      logs: () => Promise.resolve(new Blob(['all went well\n']).stream()),
    } as unknown as Parameters<ApiServer['setPodRuntime']>[0]);
    const key = { namespace: 'default', name: 'p' };
    const installing = installRelease(
      { ...ports, hookOutput: (log) => void heard.push(log) },
      { ...place, chart: chart(job) },
    );
    while ((await cluster.get(kinds.Pod, key)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const status = { status: { phase: 'Succeeded' } };
    await cluster.patch(kinds.Pod, key, status, { type: 'merge', subresource: 'status' });
    await installing;
    expect(heard).toMatchObject([{ namespace: 'default', pod: 'p', container: 'c' }]);
  });
});
