import { describe, expect, it } from 'vitest';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { deploymentStatus } from './status.ts';
import type { Progress } from './progress.ts';

const now = new Date('2026-01-02T03:04:05Z');
const earlier = '2026-01-02T03:00:00Z';

function look(
  status: DeploymentStatus | undefined,
  counts: { readonly replicas: number; readonly ready: number },
  progress: Progress,
  spec: Partial<Deployment['spec']> = {},
) {
  const template = { spec: { containers: [] } };
  const object: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', generation: 3 },
    spec: { replicas: 2, selector: {}, template, progressDeadlineSeconds: 600, ...spec },
    ...(status === undefined ? {} : { status }),
  };
  const fresh: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-1' },
    spec: { replicas: 2, selector: {}, template },
    status: {
      replicas: counts.replicas,
      readyReplicas: counts.ready,
      availableReplicas: counts.ready,
    },
  };
  const next = deploymentStatus(object, { fresh, old: [] }, progress, now);
  const progressing = next.conditions?.find((each) => each.type === 'Progressing');
  return { next, progressing };
}

const progressing = (reason: string, status: 'True' | 'False' | 'Unknown' = 'True') => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime: earlier,
  lastTransitionTime: earlier,
});

describe('the status of a deployment', () => {
  it('a replica set was created', () => {
    const { next, progressing: found } = look(
      undefined,
      { replicas: 0, ready: 0 },
      { is: 'created' },
    );
    expect(found).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: 'Created new replica set "web-1"',
    });
    expect(next).toMatchObject({ observedGeneration: 3, replicas: 0, unavailableReplicas: 2 });
    expect(next.conditions?.find((each) => each.type === 'Available')).toMatchObject({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: 'Deployment does not have minimum availability.',
    });
  });

  it.each<[string, DeploymentStatus, { replicas: number; ready: number }, object]>([
    [
      'a pod more',
      { conditions: [progressing('NewReplicaSetCreated')] },
      { replicas: 1, ready: 0 },
      {
        reason: 'ReplicaSetUpdated',
        message: 'ReplicaSet "web-1" is progressing.',
        lastTransitionTime: earlier,
        lastUpdateTime: '2026-01-02T03:04:05Z',
      },
    ],
    [
      'all there',
      { conditions: [progressing('ReplicaSetUpdated')] },
      { replicas: 2, ready: 2 },
      {
        reason: 'NewReplicaSetAvailable',
        message: 'ReplicaSet "web-1" has successfully progressed.',
        lastTransitionTime: earlier,
      },
    ],
    [
      'no move, but time is left',
      { replicas: 2, updatedReplicas: 2, conditions: [progressing('ReplicaSetUpdated')] },
      { replicas: 2, ready: 0 },
      { reason: 'ReplicaSetUpdated' },
    ],
    [
      'a pod of a settled deployment is not ready: no news',
      {
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        conditions: [progressing('NewReplicaSetAvailable')],
      },
      { replicas: 2, ready: 1 },
      { reason: 'NewReplicaSetAvailable', lastUpdateTime: earlier },
    ],
    [
      'it goes on after the deadline',
      {
        replicas: 2,
        updatedReplicas: 2,
        conditions: [progressing('ProgressDeadlineExceeded', 'False')],
      },
      { replicas: 2, ready: 1 },
      { status: 'True', reason: 'ReplicaSetUpdated', lastTransitionTime: '2026-01-02T03:04:05Z' },
    ],
  ])('%s', (_name, status, counts, expected) => {
    expect(look(status, counts, { is: 'found' }).progressing).toMatchObject(expected);
  });

  it('the deadline is over', () => {
    const status = {
      replicas: 2,
      updatedReplicas: 2,
      conditions: [progressing('ReplicaSetUpdated')],
    };
    const { progressing: found } = look(
      status,
      { replicas: 2, ready: 0 },
      { is: 'found' },
      { progressDeadlineSeconds: 200 },
    );
    expect(found).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-1" has timed out progressing.',
    });
  });

  it('a pause stops the clock', () => {
    const status = { conditions: [progressing('ReplicaSetUpdated')] };
    const spec = { paused: true, progressDeadlineSeconds: 1 };
    const { progressing: found } = look(status, { replicas: 1, ready: 0 }, { is: 'found' }, spec);
    expect(found).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
  });
});
