import { describe, expect, it } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../objects.ts';
import { decideDeployment, type DeploymentStep } from './decide-deployment.ts';
import { roomOf } from './rollout.ts';

const template = (image: string) => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image }] },
});

function deployment(spec: Partial<Deployment['spec']> = {}, revision?: string): Deployment {
  const annotations = revision && { 'deployment.kubernetes.io/revision': revision };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', uid: 'd', ...(annotations ? { annotations } : {}) },
    spec: { replicas: 4, selector: {}, template: template('2'), ...spec },
  };
}

interface Has {
  readonly replicas: number;
  readonly available?: number;
  readonly revision?: number;
  /** Replicas and surge the deployment had when it was last scaled. */
  readonly desired?: number;
  readonly max?: number;
}

/** A replica set of image `1` (old) or `2` (fresh). */
function set(image: string, has: Has): ReplicaSet {
  const { replicas, available = replicas, revision = Number(image), desired = 4, max = 5 } = has;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `rs-${image}`,
      uid: `rs-${image}`,
      creationTimestamp: `2026-01-01T00:00:0${image}Z`,
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(max),
      },
    },
    spec: { replicas, selector: {}, template: template(image) },
    status: { replicas, availableReplicas: available },
  };
}

/** Steps in short: `create 3 r2`, `rs-1 → 2`, `mark 2`, `remove rs-1`, `note rs-2 key=value`. */
function short(step: DeploymentStep): string {
  switch (step.do) {
    case 'create':
      return `create ${step.replicas} r${step.revision}`;
    case 'change':
      return step.replicas === undefined
        ? `note ${step.set.metadata.name} ${Object.entries(step.annotations ?? {})
            .map(([key, value]) => `${key.split('/')[1]}=${String(value)}`)
            .join(' ')}`
        : `${step.set.metadata.name} → ${step.replicas}`;
    case 'mark':
      return `mark ${step.revision}`;
    case 'remove':
      return `remove ${step.set.metadata.name}`;
  }
}

const marked = (spec?: Partial<Deployment['spec']>): Deployment => deployment(spec, '2');
const recreate = { strategy: { type: 'Recreate' } };
const oldPod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs-1', uid: 'rs-1' }],
  },
  spec: { containers: [] },
};

const rows: Array<[string, Deployment, ReplicaSet[], Pod[], string[]]> = [
  [
    'a new deployment gets its first replica set at full size',
    deployment(),
    [],
    [],
    ['create 4 r1'],
  ],
  [
    'a changed template starts with the surge only',
    deployment(),
    [set('1', { replicas: 4 })],
    [],
    ['create 1 r2'],
  ],
  [
    'the revision is noted on the deployment',
    deployment({}, '1'),
    [set('1', { replicas: 4 }), set('2', { replicas: 1, available: 0 })],
    [],
    ['mark 2'],
  ],
  [
    'nothing goes before something new is available',
    marked({ strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    [set('1', { replicas: 4 }), set('2', { replicas: 1, available: 0 })],
    [],
    [],
  ],
  [
    'what may be unavailable goes at once',
    marked(),
    [set('1', { replicas: 4 }), set('2', { replicas: 1, available: 0 })],
    [],
    ['rs-1 → 3'],
  ],
  [
    'an available new pod lets the next one come',
    marked(),
    [set('1', { replicas: 3 }), set('2', { replicas: 1 })],
    [],
    ['rs-2 → 2'],
  ],
  [
    'sick old pods go first',
    marked(),
    [set('1', { replicas: 4, available: 1 }), set('2', { replicas: 1, available: 0 })],
    [],
    ['rs-1 → 3'],
  ],
  [
    'the last old ones go',
    marked(),
    [set('1', { replicas: 1 }), set('2', { replicas: 4 })],
    [],
    ['rs-1 → 0'],
  ],
  [
    'stale availability does not take more than was spare',
    marked({ strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    [set('1', { replicas: 3, available: 4 }), set('2', { replicas: 1 })],
    [],
    ['rs-2 → 2'],
  ],
  ['done', marked(), [set('1', { replicas: 0 }), set('2', { replicas: 4 })], [], []],
  [
    'an old template again is the newest revision, with its history',
    deployment({ template: template('1') }, '2'),
    [set('1', { replicas: 0 }), set('2', { replicas: 4 })],
    [],
    ['note rs-1 revision=3 revision-history=1', 'mark 3'],
  ],
  [
    'a paused deployment does not roll',
    marked({ paused: true }),
    [set('1', { replicas: 4 }), set('2', { replicas: 0 })],
    [],
    [],
  ],
  [
    'but it scales',
    marked({ paused: true, replicas: 6 }),
    [set('1', { replicas: 4 }), set('2', { replicas: 0 })],
    [],
    ['note rs-2 max-replicas=8'],
  ],
  [
    'scaling without a rollout',
    marked({ replicas: 2 }),
    [set('2', { replicas: 4, max: 3 })],
    [],
    ['rs-2 → 2'],
  ],
  [
    'scaling in a rollout is spread by size',
    marked({ replicas: 8 }),
    [set('1', { replicas: 4, max: 10 }), set('2', { replicas: 1, available: 0, max: 10 })],
    [],
    ['rs-1 → 8', 'rs-2 → 2'],
  ],
  [
    'Recreate takes the old ones down',
    marked(recreate),
    [set('1', { replicas: 4, max: 4 })],
    [],
    ['rs-1 → 0'],
  ],
  [
    'and waits for the last old pod',
    marked(recreate),
    [set('1', { replicas: 0, max: 4 })],
    [oldPod],
    [],
  ],
  [
    'before it makes new ones',
    marked(recreate),
    [set('1', { replicas: 0, max: 4 })],
    [],
    ['create 4 r2'],
  ],
  [
    'history beyond the limit goes, the oldest first',
    marked({ revisionHistoryLimit: 0 }),
    [set('1', { replicas: 0 }), set('2', { replicas: 4 })],
    [],
    ['remove rs-1'],
  ],
  [
    'a deployment that is going is left alone',
    { ...marked(), metadata: { name: 'a', deletionTimestamp: 'now' } },
    [set('2', { replicas: 1 })],
    [],
    [],
  ],
];

describe('decideDeployment', () => {
  it.each(rows)('%s', (...[, object, sets, pods, expected]) => {
    expect(decideDeployment({ deployment: object, sets, pods }).map(short)).toEqual(expected);
  });
});

describe('roomOf', () => {
  it.each([
    [4, '25%', '25%', 1, 1],
    [1, '25%', '25%', 1, 0],
    [10, '25%', '25%', 3, 2],
    [3, 0, 0, 0, 1],
    [3, '0%', 5, 0, 3],
  ])(
    '%i replicas, surge %s, unavailable %s',
    (...[replicas, maxSurge, maxUnavailable, surge, unavailable]) => {
      const strategy = { rollingUpdate: { maxSurge, maxUnavailable } };
      expect(roomOf(deployment({ replicas, strategy }))).toEqual({ surge, unavailable });
    },
  );
});
