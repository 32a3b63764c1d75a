import { describe, expect, it } from 'vitest';
import type { Pod, ReplicaSet } from '../objects.ts';
import { decideReplicaSet, replicaSetStatus } from './decide-replica-set.ts';

const now = new Date('2026-01-02T03:04:05Z');

function pod(
  name: string,
  phase: string,
  more: { ready?: string; node?: boolean; going?: boolean; born?: string } = {},
): Pod {
  const { ready, node = true, going = false, born = '2026-01-01T00:00:00Z' } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      creationTimestamp: born,
      labels: { app: 'a' },
      ...(going ? { deletionTimestamp: born } : {}),
    },
    spec: { containers: [], ...(node ? { nodeName: 'n' } : {}) },
    status: {
      phase,
      ...(ready === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ready }] }),
    },
  };
}

const set = (replicas: number, minReadySeconds = 0): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'rs', generation: 2 },
  spec: {
    replicas,
    minReadySeconds,
    selector: {},
    template: { metadata: { labels: { app: 'a', v: '1' } }, spec: { containers: [] } },
  },
});

const old = '2026-01-01T00:00:00Z';

describe('decideReplicaSet', () => {
  it.each<[string, number, Pod[], number, string[]]>([
    ['creates what is missing', 3, [pod('a', 'Running')], 2, []],
    [
      'ended and going pods do not count',
      2,
      [pod('a', 'Failed'), pod('b', 'Succeeded'), pod('c', 'Running', { going: true })],
      2,
      [],
    ],
    [
      'unscheduled ones go first',
      1,
      [pod('a', 'Running'), pod('b', 'Pending', { node: false })],
      0,
      ['b'],
    ],
    ['then pending ones', 1, [pod('a', 'Running'), pod('b', 'Pending')], 0, ['b']],
    [
      'then those that are not ready',
      1,
      [pod('a', 'Running'), pod('b', 'Running', { ready: old })],
      0,
      ['a'],
    ],
    [
      'then the youngest',
      1,
      [
        pod('a', 'Running', { ready: old }),
        pod('b', 'Running', { ready: old, born: '2026-01-02T00:00:00Z' }),
      ],
      0,
      ['b'],
    ],
    ['enough is enough', 1, [pod('a', 'Running')], 0, []],
  ])('%s', (...[, replicas, pods, create, remove]) => {
    const plan = decideReplicaSet(set(replicas), pods);
    expect([plan.create, plan.remove.map((each) => each.metadata.name)]).toEqual([create, remove]);
  });
});

describe('replicaSetStatus', () => {
  it('a ready pod is available after its time, and the loop looks again then', () => {
    const pods = [
      pod('a', 'Running', { ready: '2026-01-02T03:04:00Z' }),
      pod('b', 'Running', { ready: old }),
      pod('c', 'Running'),
    ];
    const { status, recheckMs } = replicaSetStatus(set(3, 10), pods, undefined, now);
    expect(status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 0,
      readyReplicas: 2,
      availableReplicas: 1,
      observedGeneration: 2,
    });
    expect(recheckMs).toBe(5000);
  });

  it('a failure to create pods is a condition', () => {
    const { status } = replicaSetStatus(set(1), [], 'quota', now);
    expect(status.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' },
    ]);
  });
});
