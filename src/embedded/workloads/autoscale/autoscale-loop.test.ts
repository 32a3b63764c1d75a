import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonRecord, Kind, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { openBench, type Bench } from '../testing/bench.contract.ts';
import type { Autoscaler, PodUsage } from './autoscaler.ts';

let bench: Bench;
let cores: number | undefined = 0.25;
beforeAll(async () => {
  const usageOf = async (): Promise<PodUsage> =>
    new Map(cores === undefined ? [] : [['c', { cores, memoryBytes: 2 ** 20 }]]);
  bench = await openBench({ usageOf });
});
afterAll(() => bench.close());

const kind = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
} as Kind;

const autoscaler = (name: string, target = name): Autoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  },
});

const deployment = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'a', resources: { requests: { cpu: '100m' } } }] },
    },
  },
});

const conditions = (object: KubeObject | undefined): Array<[string, string, string]> =>
  (
    ((object?.['status'] as JsonRecord | undefined)?.['conditions'] ?? []) as Array<{
      type: string;
      status: string;
      reason: string;
    }>
  ).map(({ type, status, reason }) => [type, status, reason]);

describe('an autoscaler', () => {
  it('scales its target by what the pods use, and says what it did', async () => {
    await bench.create(deployment('busy'));
    const isUp = (found: KubeObject | undefined): boolean =>
      (found?.['status'] as JsonRecord | undefined)?.['readyReplicas'] === 1;
    await bench.until(kinds.Deployment, 'busy', isUp);
    await bench.create(autoscaler('busy'));
    const done = await bench.until(kind, 'busy', (found) =>
      conditions(found).some(([, , reason]) => reason === 'SucceededRescale'),
    );
    expect(conditions(done)).toEqual([
      ['AbleToScale', 'True', 'SucceededRescale'],
      ['ScalingActive', 'True', 'ValidMetricFound'],
      ['ScalingLimited', 'True', 'TooManyReplicas'],
    ]);
    expect(done?.['status']).toMatchObject({
      currentReplicas: 1,
      desiredReplicas: 3,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 250 } } },
      ],
    });
    const deployed = await bench.get(kinds.Deployment, 'busy');
    expect(deployed?.['spec']).toMatchObject({ replicas: 3 });
    const events = await bench.untilList(kinds.Event, (all) =>
      all.some((each) => each['reason'] === 'SuccessfulRescale'),
    );
    expect(events.find((each) => each['reason'] === 'SuccessfulRescale')?.['message']).toBe(
      'New size: 3; reason: cpu resource utilization (percentage of request) above target',
    );
  });

  it('says why it cannot', async () => {
    cores = undefined;
    await bench.create(deployment('silent'), autoscaler('silent'), autoscaler('lost', 'nowhere'));
    const silent = await bench.until(kind, 'silent', (found) => conditions(found).length > 1);
    expect(conditions(silent)).toEqual([
      ['AbleToScale', 'True', 'SucceededGetScale'],
      ['ScalingActive', 'False', 'FailedGetResourceMetric'],
    ]);
    const lost = await bench.until(kind, 'lost', (found) => conditions(found).length > 0);
    expect(conditions(lost)).toEqual([['AbleToScale', 'False', 'FailedGetScale']]);
  });
});
