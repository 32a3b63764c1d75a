import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { StatefulSet } from '../objects.ts';
import { storageShapes } from '../storage/storage-objects.ts';
import { openBench, type Bench } from '../testing/bench.contract.ts';

const claim = kinds.PersistentVolumeClaim;
let dir: string;
let bench: Bench;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-claims-'));
  bench = await openBench({ volumesDir: dir });
  await bench.until(storageShapes.Class, 'standard', (found) => found !== undefined);
});
afterAll(async () => {
  await bench.close();
  await rm(dir, { recursive: true, force: true });
});

const stateful = (
  name: string,
  persistentVolumeClaimRetentionPolicy: NonNullable<
    StatefulSet['spec']['persistentVolumeClaimRetentionPolicy']
  >,
): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    replicas: 2,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    persistentVolumeClaimRetentionPolicy,
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1' }] },
    },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
});

const isUp = (object: KubeObject | undefined): boolean =>
  (object as StatefulSet | undefined)?.status?.availableReplicas === 2;

describe('claims of a stateful set', () => {
  it('go with the pod that is scaled away, and with the set, when its policy says so', async () => {
    await bench.create(stateful('gone', { whenScaled: 'Delete', whenDeleted: 'Delete' }));
    await bench.until(kinds.StatefulSet, 'gone', isUp);
    await bench.until(
      claim,
      'data-gone-0',
      (found) => found?.metadata.ownerReferences?.[0]?.kind === 'StatefulSet',
    );
    await bench.patch(kinds.StatefulSet, 'gone', { spec: { replicas: 1 } });
    await bench.until(claim, 'data-gone-1', (found) => found === undefined);
    expect(await bench.get(claim, 'data-gone-0')).toBeDefined();
    const at = { namespace: bench.namespace, name: 'gone' };
    await bench.cluster.delete(kinds.StatefulSet, at, { propagation: 'Background' });
    await bench.until(claim, 'data-gone-0', (found) => found === undefined);
  });

  it('outlive both by default', async () => {
    await bench.create(stateful('kept', {}));
    await bench.until(kinds.StatefulSet, 'kept', isUp);
    const at = { namespace: bench.namespace, name: 'kept' };
    await bench.cluster.delete(kinds.StatefulSet, at, { propagation: 'Background' });
    await bench.untilList(kinds.Pod, (all) => all.length === 0);
    const left = await bench.cluster.list(claim, { namespace: bench.namespace });
    expect(left.items.map(({ metadata }) => [metadata.name, metadata.ownerReferences])).toEqual([
      ['data-kept-0', undefined],
      ['data-kept-1', undefined],
    ]);
  });
});
