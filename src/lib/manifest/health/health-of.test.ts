import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import { healthOf } from './health-of.ts';

type Case = readonly [sentence: string, apiVersion: string, kind: string, JsonRecord, string];

const condition = (type: string, status: string, message = 'why'): JsonRecord => ({
  conditions: [{ type, status, message }],
});

const cases: readonly Case[] = [
  ['a Deployment nobody has looked at', 'apps/v1', 'Deployment', { status: {} }, 'progressing'],
  [
    'a Deployment with all replicas',
    'apps/v1',
    'Deployment',
    {
      spec: { replicas: 2 },
      status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    },
    'ready',
  ],
  [
    'a Deployment with an old replica',
    'apps/v1',
    'Deployment',
    {
      spec: { replicas: 2 },
      status: { observedGeneration: 1, replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
    },
    'progressing',
  ],
  [
    'a Deployment that is stuck',
    'apps/v1',
    'Deployment',
    { status: { observedGeneration: 1, ...condition('Progressing', 'False') } },
    'failed',
  ],
  [
    'a StatefulSet above its partition',
    'apps/v1',
    'StatefulSet',
    {
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      status: {
        observedGeneration: 1,
        readyReplicas: 3,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    },
    'ready',
  ],
  [
    'a DaemonSet that is being updated',
    'apps/v1',
    'DaemonSet',
    {
      status: { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 1 },
    },
    'progressing',
  ],
  ['a Job that ran', 'batch/v1', 'Job', { status: condition('Complete', 'True') }, 'ready'],
  ['a Job that failed', 'batch/v1', 'Job', { status: condition('Failed', 'True') }, 'failed'],
  [
    'a Pod that cannot start',
    'v1',
    'Pod',
    {
      status: {
        phase: 'Pending',
        containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }],
      },
    },
    'failed',
  ],
  ['a Pod that serves', 'v1', 'Pod', { status: condition('Ready', 'True') }, 'ready'],
  ['a claim that is bound', 'v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }, 'ready'],
  [
    'a definition that is served',
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    { status: condition('Established', 'True') },
    'ready',
  ],
  [
    'a release whose chart is missing',
    'helm.fluxcd.io/v1',
    'HelmRelease',
    { status: { observedGeneration: 1, ...condition('ChartFetched', 'False') } },
    'failed',
  ],
  [
    'a release that is out',
    'helm.fluxcd.io/v1',
    'HelmRelease',
    { status: { observedGeneration: 1, ...condition('Released', 'True') } },
    'ready',
  ],
  ['a ConfigMap', 'v1', 'ConfigMap', {}, 'ready'],
  [
    'any kind that says not ready',
    'x.io/v1',
    'Y',
    { status: condition('Ready', 'False') },
    'failed',
  ],
  [
    'any kind that does not know',
    'x.io/v1',
    'Y',
    { status: condition('Ready', 'Unknown') },
    'progressing',
  ],
];

describe('healthOf', () => {
  it.each(cases)('%s', (...row) => {
    const [, apiVersion, kind, body, status] = row;
    const object = { apiVersion, kind, metadata: { name: 'x', generation: 1 }, ...body };
    expect(healthOf(object).status).toBe(status);
  });

  it('counts an object that is being deleted as in progress', () => {
    const metadata = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(healthOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata }).status).toBe('progressing');
  });
});
