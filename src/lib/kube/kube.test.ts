import { afterEach, describe, expect, it } from 'vitest';
import {
  FakeClock,
  silentLogger,
  systemClock,
  type KubeObject,
  type Run,
} from '../../base/index.ts';
import { createApiServer, type ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds, recordEvent, watchCache, type Cluster } from './index.ts';

// Against the real embedded API server, in memory.
const open: ApiServer[] = [];
const stops: AbortController[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function newCluster(): Promise<{ cluster: Cluster; run: Run }> {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  open.push(server);
  const stop = new AbortController();
  stops.push(stop);
  return {
    cluster: connect({ transport: server.transport }),
    run: { signal: stop.signal, clock: systemClock, log: silentLogger },
  };
}

const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

const key = (name: string) => ({ namespace: 'default', name });

async function untilTrue(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !what(); turn += 1) await systemClock.sleep(10);
  expect(what()).toBe(true);
}

describe('verbs', () => {
  it('creates, reads, replaces, patches, applies and deletes', async () => {
    const { cluster } = await newCluster();
    const made = await cluster.create(kinds.ConfigMap, configMap('a', { x: '1' }));
    expect((await cluster.get(kinds.ConfigMap, key('a')))?.['data']).toEqual({ x: '1' });
    const replaced = await cluster.replace(kinds.ConfigMap, { ...made, data: { x: '2' } });
    expect(replaced.metadata.uid).toBe(made.metadata.uid);
    await cluster.patch(kinds.ConfigMap, key('a'), { data: { y: '3' } }, { type: 'merge' });
    const applied = await cluster.apply(kinds.ConfigMap, configMap('a', { z: '4' }), {
      fieldManager: 'me',
    });
    expect(applied['data']).toEqual({ x: '2', y: '3', z: '4' });
    await cluster.delete(kinds.ConfigMap, key('a'));
    expect(await cluster.get(kinds.ConfigMap, key('a'))).toBeUndefined();
    await cluster.delete(kinds.ConfigMap, key('a'));
  });

  it('tells failures apart, with the server’s words', async () => {
    const { cluster } = await newCluster();
    const made = await cluster.create(kinds.ConfigMap, configMap('a'));
    await cluster.patch(kinds.ConfigMap, key('a'), { data: { x: '1' } }, { type: 'merge' });
    await expect(cluster.create(kinds.ConfigMap, configMap('a'))).rejects.toMatchObject({
      code: 'exists',
      status: 409,
      message: 'configmaps "a" already exists',
    });
    await expect(
      cluster.replace(kinds.ConfigMap, { ...made, data: { x: '2' } }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(cluster.create(kinds.ConfigMap, configMap('A_'))).rejects.toMatchObject({
      code: 'invalid',
      status: 422,
    });
    await expect(
      cluster.patch(kinds.ConfigMap, key('none'), {}, { type: 'merge' }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(cluster.get(kinds.ConfigMap, { name: 'a' })).rejects.toThrow('is namespaced');
  });

  it('lists with selectors, items with their kind', async () => {
    const { cluster } = await newCluster();
    await cluster.create(kinds.ConfigMap, configMap('a'));
    const found = await cluster.list(kinds.ConfigMap, {
      namespace: 'default',
      fieldSelector: 'metadata.name=a',
    });
    expect(found.items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['ConfigMap', 'a'],
    ]);
    expect(Number(found.version)).toBeGreaterThan(0);
  });

  it('knows the resources, and a new one after looking again', async () => {
    const { cluster } = await newCluster();
    expect(await cluster.resourceOf('apps/v1', 'Deployment')).toMatchObject({
      plural: 'deployments',
      namespaced: true,
      shortNames: ['deploy'],
    });
    expect(await cluster.resourceOf('example.com/v1', 'Ship')).toBeUndefined();
    await cluster.create(kinds.CustomResourceDefinition, shipCrd);
    let found = await cluster.resourceOf('example.com/v1', 'Ship');
    for (let turn = 0; turn < 100 && found === undefined; turn += 1) {
      await systemClock.sleep(10);
      found = await cluster.resourceOf('example.com/v1', 'Ship');
    }
    expect(found).toMatchObject({ plural: 'ships', group: 'example.com', namespaced: true });
  });
});

describe('cache', () => {
  it('follows what happens, in order', async () => {
    const { cluster, run } = await newCluster();
    await cluster.create(kinds.ConfigMap, configMap('old'));
    const cache = watchCache(cluster, kinds.ConfigMap, run, { namespace: 'default' });
    await cache.ready;
    const seen: string[] = [];
    cache.onChange(({ type, object }, before) => {
      if (object.metadata.name !== 'kube-root-ca.crt')
        seen.push(`${type} ${object.metadata.name} ${before !== undefined}`);
    });
    await cluster.create(kinds.ConfigMap, configMap('new'));
    await cluster.patch(kinds.ConfigMap, key('new'), { data: { a: 'b' } }, { type: 'merge' });
    await cluster.delete(kinds.ConfigMap, key('old'));
    await untilTrue(() => seen.length >= 4);
    expect(seen).toEqual([
      'added old false',
      'added new false',
      'modified new true',
      'deleted old true',
    ]);
    expect(cache.get(key('new'))?.['data']).toEqual({ a: 'b' });
    expect(cache.list('elsewhere')).toEqual([]);
  });

  it('starts over when a watch breaks, and tells what vanished meanwhile', async () => {
    const { cluster, run } = await newCluster();
    await cluster.create(kinds.ConfigMap, configMap('gone'));
    let watches = 0;
    const flaky: Cluster = {
      ...cluster,
      async *watch(kind, query) {
        watches += 1;
        if (watches === 1) {
          await cluster.delete(kinds.ConfigMap, key('gone'));
          await cluster.create(kinds.ConfigMap, configMap('come'));
          throw new Error('the line went dead');
        }
        yield* cluster.watch(kind, query);
      },
    };
    const cache = watchCache(flaky, kinds.ConfigMap, run, { namespace: 'default' });
    const seen: string[] = [];
    cache.onChange(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
    await untilTrue(() => seen.includes('added come'));
    expect(seen.indexOf('deleted gone')).toBeGreaterThan(-1);
    expect(cache.get(key('gone'))).toBeUndefined();
  });
});

describe('events', () => {
  it('the same news is one event whose count grows', async () => {
    const { cluster, run } = await newCluster();
    const about = await cluster.create(kinds.ConfigMap, configMap('a'));
    const clock = new FakeClock();
    const news = {
      about,
      type: 'Warning',
      reason: 'Broken',
      message: 'it broke',
      source: 'test',
    } as const;
    await recordEvent(cluster, news, { ...run, clock });
    await clock.advance(60_000);
    await recordEvent(cluster, news, { ...run, clock });
    const { items } = await cluster.list(kinds.Event, {
      namespace: 'default',
      fieldSelector: 'involvedObject.name=a',
    });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      count: 2,
      reason: 'Broken',
      message: 'it broke',
      lastTimestamp: '2026-01-02T03:05:05Z',
    });
  });
});

const shipCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ships.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ships', singular: 'ship', kind: 'Ship' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};
