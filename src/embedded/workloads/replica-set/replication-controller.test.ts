import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { shapes } from '../objects.ts';
import { openBench, type Bench } from '../testing/bench.contract.ts';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

const { ReplicationController } = shapes;
const statusOf = (object: KubeObject | undefined): JsonRecord =>
  (object?.['status'] ?? {}) as JsonRecord;

describe('replication controllers', () => {
  it('make, adopt and release pods by their selector', async () => {
    const labels = { app: 'front' };
    const template = {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1' }] },
    };
    await bench.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'orphan', labels },
      spec: template.spec,
    });
    await bench.create({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'front' },
      spec: { replicas: 2, selector: labels, template },
    });
    const made = await bench.until(
      ReplicationController,
      'front',
      (found) => statusOf(found)['availableReplicas'] === 2,
    );
    expect(statusOf(made)).toMatchObject({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
    });
    const orphan = await bench.get(kinds.Pod, 'orphan');
    expect(orphan?.metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicationController', name: 'front', controller: true },
    ]);
    const events = await bench.untilList(kinds.Event, (all) =>
      all.some((each) => each['reason'] === 'SuccessfulCreate'),
    );
    expect(events.find((each) => each['reason'] === 'SuccessfulCreate')).toMatchObject({
      source: { component: 'replication-controller' },
      involvedObject: { kind: 'ReplicationController', name: 'front' },
    });
    await bench.patch(kinds.Pod, 'orphan', { metadata: { labels: { app: 'other' } } });
    await bench.until(kinds.Pod, 'orphan', (found) => !found?.metadata.ownerReferences?.length);
    await bench.until(ReplicationController, 'front', (found) => statusOf(found)['replicas'] === 2);
    await bench.patch(ReplicationController, 'front', { spec: { replicas: 0 } });
    await bench.untilList(kinds.Pod, (all) => all.length === 1);
  });
});
