import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet } from '../objects.ts';
import { decideStatefulSet, statefulSetStatus } from './decide-stateful-set.ts';
import { statefulPod } from './stateful-set-loop.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [] } };
const set = (spec: Partial<StatefulSet['spec']> = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'n', uid: 'u' },
  spec: { replicas: 3, selector: {}, template, serviceName: 'db', ...spec },
});

/** `0` ready, `0?` not ready, `0!` failed, `0-` going; `o` after the number: of the old template. */
function pod(text: string): Pod {
  const ordinal = Number(/\d+/.exec(text)?.[0]);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `db-${ordinal}`,
      labels: { 'controller-revision-hash': text.includes('o') ? 'db-1' : 'db-2' },
      ...(text.includes('-') ? { deletionTimestamp: 'now' } : {}),
    },
    spec: { containers: [] },
    status: {
      phase: text.includes('!') ? 'Failed' : 'Running',
      conditions: [{ type: 'Ready', status: /[?!]/.test(text) ? 'False' : 'True' }],
    },
  };
}
const revisions = { current: 'db-1', update: 'db-2' };
const parallel = { podManagementPolicy: 'Parallel' };
const partition = { updateStrategy: { rollingUpdate: { partition: 2 } } };

describe('decideStatefulSet', () => {
  it.each<[string, Partial<StatefulSet['spec']>, string, string[]]>([
    ['begins with the first', {}, '', ['+0']],
    ['waits until it is ready', {}, '0?', []],
    ['goes on with the next', {}, '0', ['+1']],
    ['a gap is filled first', {}, '0 2', ['+1']],
    ['a failed one is made anew', {}, '0 1! 2', ['-1']],
    ['and only when it is gone', {}, '0 1- 2', []],
    ['the last goes first', { replicas: 1 }, '0 1 2', ['-2']],
    ['one at a time', { replicas: 1 }, '0 1 2-', []],
    ['nothing goes while another is not well', { replicas: 2 }, '0 1? 2', []],
    ['parallel: all at once', parallel, '', ['+0', '+1', '+2']],
    ['parallel: all go at once', { ...parallel, replicas: 0 }, '0 1?', ['-1', '-0']],
    ['an update begins at the end', {}, '0o 1o 2o', ['-2']],
    ['and waits for each', {}, '0o 1o 2?', []],
    ['then the one before', {}, '0o 1o 2', ['-1']],
    ['not below the partition', partition, '0o 1o 2', []],
    ['a lost one below the partition is of the old template', partition, '0o 2', ['+1o']],
    ['not by itself with OnDelete', { updateStrategy: { type: 'OnDelete' } }, '0o 1o 2o', []],
    ['numbers may begin elsewhere', { ordinals: { start: 5 }, replicas: 1 }, '', ['+5']],
  ])('%s', (...[, spec, pods, expected]) => {
    const list = pods.split(' ').filter(Boolean).map(pod);
    const plan = decideStatefulSet(set(spec), list, revisions, new Date());
    expect([
      ...plan.create.map(({ ordinal, isOld }) => `+${ordinal}${isOld ? 'o' : ''}`),
      ...plan.remove.map((each) => each.metadata.name.replace('db', '')),
    ]).toEqual(expected);
  });
});

describe('statefulSetStatus', () => {
  it.each<[string, string, object]>([
    [
      'in the middle of an update',
      '0o 1o 2',
      { currentRevision: 'db-1', updateRevision: 'db-2', currentReplicas: 2, updatedReplicas: 1 },
    ],
    [
      'through',
      '0 1 2',
      { currentRevision: 'db-2', updateRevision: 'db-2', currentReplicas: 3, updatedReplicas: 3 },
    ],
    ['through but not ready', '0 1 2?', { currentRevision: 'db-1', readyReplicas: 2, replicas: 3 }],
  ])('%s', (...[, pods, expected]) => {
    const list = pods.split(' ').map(pod);
    expect(statefulSetStatus(set(), list, revisions, new Date())).toMatchObject(expected);
  });
});

it('a pod has a lasting name, host name and claims', () => {
  const claimed = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
  const made = statefulPod(set({ volumeClaimTemplates: [claimed] }), template, 2, 'db-2');
  expect(made.metadata).toMatchObject({
    name: 'db-2',
    labels: {
      app: 'a',
      'controller-revision-hash': 'db-2',
      'statefulset.kubernetes.io/pod-name': 'db-2',
      'apps.kubernetes.io/pod-index': '2',
    },
  });
  expect(made.metadata.generateName).toBeUndefined();
  expect(made.spec).toMatchObject({
    hostname: 'db-2',
    subdomain: 'db',
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-2' } }],
  });
});
