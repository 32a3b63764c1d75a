import { describe, expect, it } from 'vitest';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { Cluster, Resource } from '../../kube/index.ts';
import { isReady } from './ready.ts';

/** A live object, and what lists find besides it: enough of a cluster for the rules. */
function clusterOf(live: KubeObject | undefined, others: readonly KubeObject[] = []): Cluster {
  return {
    get: () => Promise.resolve(live),
    list: () => Promise.resolve({ items: [...others], version: '1' }),
  } as unknown as Cluster;
}

const metadata = { name: 'a', namespace: 'n', uid: 'u', generation: 2 };

function entryOf(apiVersion: string, kind: string): { object: KubeObject; resource: Resource } {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const plural = `${kind.toLowerCase()}s`;
  const resource = { apiVersion, kind, plural, group, namespaced: true } as unknown as Resource;
  return { object: { apiVersion, kind, metadata }, resource };
}

function pod(ready: boolean): KubeObject {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status: { conditions } };
}

function replicaSet(readyReplicas: number, observedGeneration = 1): KubeObject {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: 'u' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'r', generation: 1, ownerReferences },
    status: { readyReplicas, observedGeneration },
  };
}

type Row = readonly [
  what: string,
  spec: JsonRecord,
  status: JsonRecord,
  ready: boolean,
  others?: KubeObject[],
];

const seen = { observedGeneration: 2 };
const rolling = (fields: JsonRecord): JsonRecord => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: fields },
});

/** Helm 3.21's readiness, a line for each of its rules. */
const rules: Readonly<Record<string, readonly Row[]>> = {
  'v1 Pod': [
    ['ready', {}, { conditions: [{ type: 'Ready', status: 'True' }] }, true],
    ['running but not ready', {}, { phase: 'Running' }, false],
  ],
  'apps/v1 Deployment': [
    ['paused', { paused: true, replicas: 3 }, {}, true],
    ['its change not seen yet', { replicas: 1 }, { observedGeneration: 1 }, false, [replicaSet(1)]],
    ['no ReplicaSet yet', { replicas: 1 }, seen, false],
    ['its ReplicaSet not seen yet', { replicas: 1 }, seen, false, [replicaSet(1, 0)]],
    ['one of one', { replicas: 1 }, seen, true, [replicaSet(1)]],
    ['none of one, as a quarter of one is none', { replicas: 1 }, seen, false, [replicaSet(0)]],
    ['three of four, a quarter may be missing', { replicas: 4 }, seen, true, [replicaSet(3)]],
    [
      'three of four when none may be missing',
      { replicas: 4, strategy: { type: 'Recreate' } },
      seen,
      false,
      [replicaSet(3)],
    ],
    [
      'neither more nor fewer may be: one fewer after all',
      { replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
      seen,
      true,
      [replicaSet(1)],
    ],
    ['no replicas wanted', { replicas: 0 }, seen, true, [replicaSet(0)]],
  ],
  'v1 PersistentVolumeClaim': [
    ['bound', {}, { phase: 'Bound' }, true],
    ['pending', {}, { phase: 'Pending' }, false],
  ],
  'v1 Service': [
    ['a name elsewhere', { type: 'ExternalName' }, {}, true],
    ['without an address', { type: 'ClusterIP' }, {}, false],
    ['with an address', { clusterIP: '10.0.0.1' }, {}, true],
    ['a balancer without an address', { type: 'LoadBalancer', clusterIP: '10.0.0.1' }, {}, false],
    [
      'a balancer with an external address',
      { type: 'LoadBalancer', clusterIP: '10.0.0.1', externalIPs: ['1.2.3.4'] },
      {},
      true,
    ],
    [
      'a balancer that was given one',
      { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      true,
    ],
  ],
  'apps/v1 DaemonSet': [
    ['its change not seen yet', rolling({}), { observedGeneration: 1 }, false],
    ['not rolled out by itself', { updateStrategy: { type: 'OnDelete' } }, seen, true],
    [
      'not all updated',
      rolling({}),
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberReady: 3 },
      false,
    ],
    [
      'one may be missing',
      rolling({ maxUnavailable: 1 }),
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 },
      true,
    ],
    [
      'a part of them, rounded up',
      rolling({ maxUnavailable: '10%' }),
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 },
      true,
    ],
    [
      'too many are missing',
      rolling({ maxUnavailable: 1 }),
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 1 },
      false,
    ],
  ],
  'apps/v1 StatefulSet': [
    ['its change not seen yet', { replicas: 1, ...rolling({}) }, { observedGeneration: 1 }, false],
    ['not rolled out by itself', { updateStrategy: { type: 'OnDelete' } }, seen, true],
    [
      'all updated and ready',
      { replicas: 2, ...rolling({}) },
      { ...seen, updatedReplicas: 2, readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' },
      true,
    ],
    [
      'the revisions differ still',
      { replicas: 2, ...rolling({}) },
      { ...seen, updatedReplicas: 2, readyReplicas: 2, currentRevision: 'a', updateRevision: 'b' },
      false,
    ],
    [
      'with a partition fewer are updated, and revisions may differ',
      { replicas: 3, ...rolling({ partition: 2 }) },
      { ...seen, updatedReplicas: 1, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
      true,
    ],
    [
      'not all ready',
      { replicas: 3, ...rolling({ partition: 2 }) },
      { ...seen, updatedReplicas: 1, readyReplicas: 2 },
      false,
    ],
  ],
  'apiextensions.k8s.io/v1 CustomResourceDefinition': [
    ['established', {}, { conditions: [{ type: 'Established', status: 'True' }] }, true],
    ['its names are taken', {}, { conditions: [{ type: 'NamesAccepted', status: 'False' }] }, true],
    ['nothing said yet', {}, {}, false],
  ],
  'apps/v1 ReplicaSet': [
    ['its change not seen yet', {}, { observedGeneration: 1 }, false],
    ['all pods ready', { selector: { matchLabels: { a: 'b' } } }, seen, true, [pod(true)]],
    ['one is not', { selector: { matchLabels: { a: 'b' } } }, seen, false, [pod(true), pod(false)]],
  ],
  'v1 ReplicationController': [
    ['its change not seen yet', {}, { observedGeneration: 1 }, false],
    ['all pods ready', { selector: { a: 'b' } }, seen, true, [pod(true)]],
    ['one is not', { selector: { a: 'b' } }, seen, false, [pod(false)]],
  ],
  'batch/v1 Job': [['not waited for unless asked', { completions: 1 }, {}, true]],
  'serving.knative.dev/v1 Service': [['another group’s', {}, {}, true]],
  'v1 ConfigMap': [['nothing to wait for', {}, {}, true]],
};

const rows = Object.entries(rules).flatMap(([kind, all]) =>
  all.map(([what, spec, status, ready, others]) => ({ kind, what, spec, status, ready, others })),
);

describe('--wait', () => {
  it.each(rows)('$kind, $what: $ready', async ({ kind, spec, status, ready, others }) => {
    const [apiVersion = '', name = ''] = kind.split(' ');
    const entry = entryOf(apiVersion, name);
    const live = { ...entry.object, spec, status };
    expect(await isReady(clusterOf(live, others), entry)).toBe(ready);
  });

  it.each<[string, JsonRecord, JsonRecord, boolean]>([
    ['as many as wanted', { completions: 2 }, { succeeded: 2 }, true],
    ['too few', { completions: 2 }, { succeeded: 1 }, false],
    ['no number', {}, {}, true],
  ])('for jobs: %s', async (_what, spec, status, ready) => {
    const entry = entryOf('batch/v1', 'Job');
    const live = { ...entry.object, spec, status };
    expect(await isReady(clusterOf(live), entry, true)).toBe(ready);
  });

  it('a job that has failed for good, and an object that is gone, never get ready', async () => {
    const entry = entryOf('batch/v1', 'Job');
    const live = { ...entry.object, spec: { backoffLimit: 1 }, status: { failed: 2 } };
    await expect(isReady(clusterOf(live), entry, true)).rejects.toThrow('job is failed: n/a');
    const gone = isReady(clusterOf(undefined), entryOf('apps/v1', 'Deployment'));
    await expect(gone).rejects.toThrow('deployments.apps "a" not found');
  });
});
