import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { isRecord, silentLogger, systemClock } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../kube/index.ts';
import {
  chartOf,
  createReleaseStore,
  decodeRelease,
  installRelease,
  rollbackRelease,
  upgradeRelease,
} from '../index.ts';
import type { Release, StorageDriver } from '../index.ts';
import { files } from './testdata/golden-chart.ts';

interface Stored {
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly release: string;
}

/**
 * What Helm 3.21.4 left in a cluster after
 * `helm install web ./demo --set colour=blue,count=3,on=true --labels team=a` and
 * `helm upgrade web ./demo --set colour=green --description "by hand"`.
 */
const helms = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'testdata/helm-secrets.json'), 'utf8'),
) as Stored[];

const demo = chartOf(
  Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => ({ name, data: Buffer.from(text) })),
);
const place = { name: 'web', namespace: 'default' };

/** A release without its times. */
function timeless(text: string): unknown {
  const release = decodeRelease(Buffer.from(text, 'base64').toString('utf8'));
  return JSON.parse(JSON.stringify(release), (key, value: unknown) =>
    /^(first_deployed|last_deployed|started_at|completed_at)$/.test(key) && value !== ''
      ? 'T'
      : value,
  ) as unknown;
}

async function inCluster(
  work: (ports: Parameters<typeof installRelease>[0]) => Promise<void>,
): Promise<void> {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  const cluster = connect({ transport: server.transport });
  const signal = new AbortController().signal;
  try {
    await work({ cluster, clock: systemClock, log: silentLogger, signal, render: {} });
  } finally {
    await server.close();
  }
}

it('stores what Helm stores', async () => {
  await inCluster(async (ports) => {
    await installRelease(ports, {
      ...place,
      chart: demo,
      values: { colour: 'blue', count: 3, on: true },
      labels: { team: 'a' },
    });
    const values = { colour: 'green' };
    await upgradeRelease(ports, { ...place, chart: demo, values, description: 'by hand' });
    const { items } = await ports.cluster.list(kinds.Secret, {
      namespace: 'default',
      labelSelector: 'owner=helm',
    });
    const ours = items.map((secret: KubeObject) => {
      const { name, labels = {} } = secret.metadata;
      const data = isRecord(secret['data']) ? String(secret['data']['release']) : '';
      return { name, type: secret['type'], labels: withoutTimes(labels), release: timeless(data) };
    });
    expect(ours).toEqual(
      helms.map(({ labels, release, ...rest }) => ({
        ...rest,
        labels: withoutTimes(labels),
        release: timeless(release),
      })),
    );
  });
});

function withoutTimes(labels: Readonly<Record<string, string>>): Record<string, string> {
  const { createdAt, modifiedAt, ...rest } = labels;
  return { ...rest, stamped: [createdAt && 'createdAt', modifiedAt && 'modifiedAt'].join('') };
}

it.each<StorageDriver>(['secret', 'configmap'])(
  'carries on what Helm stored, with driver %s',
  async (driver) => {
    await inCluster(async (given) => {
      const ports = { ...given, driver };
      const store = createReleaseStore({ ...ports, namespace: 'default' });
      for (const { release } of helms) {
        const read: Release = decodeRelease(Buffer.from(release, 'base64').toString('utf8'));
        await store.create({ ...read, labels: { team: 'a' } });
      }
      const back = await rollbackRelease(ports, { ...place, revision: 1 });
      expect(back.info.description).toBe('Rollback to 1');
      const next = await upgradeRelease(ports, {
        ...place,
        chart: demo,
        values: { colour: 'grey' },
      });
      expect(next.labels).toEqual({ team: 'a' });
      const heads = await store.heads('web');
      expect(heads.map(({ version, status }) => `${version} ${status}`)).toEqual([
        '1 superseded',
        '2 superseded',
        '3 superseded',
        '4 deployed',
      ]);
      const kind = driver === 'secret' ? kinds.Secret : kinds.ConfigMap;
      const key = { namespace: 'default', name: 'sh.helm.release.v1.web.v4' };
      expect(await ports.cluster.get(kind, key)).toBeDefined();
    });
  },
);
