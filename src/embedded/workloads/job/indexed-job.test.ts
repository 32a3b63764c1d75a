import { describe, expect, it } from 'vitest';
import type { Pod } from '../objects.ts';
import { decideJob } from './decide-job.ts';
import { indexText, parseIndexes } from './indexes.ts';
import { jobPod } from './job-pod.ts';
import type { Job, JobStatus } from './job-object.ts';

const now = new Date('2026-01-02T03:04:05Z');
const long = '2026-01-02T03:00:00Z';

const job = (spec: Partial<Job['spec']> = {}, status?: JobStatus): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'n' },
  spec: {
    parallelism: 3,
    completions: 3,
    completionMode: 'Indexed',
    template: { spec: { containers: [{ name: 'c' }] } },
    ...spec,
  },
  ...(status ? { status } : {}),
});

interface More {
  readonly failures?: number;
  readonly exitCode?: number;
  readonly condition?: string;
  readonly at?: string;
}

const pod = (index: number, phase: string, more: More = {}): Pod => {
  const made = jobPod(job(), { index, failures: more.failures ?? 0 });
  const { exitCode = 1, condition, at = long } = more;
  const terminated = { exitCode, finishedAt: at };
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  return {
    ...made,
    metadata: { ...made.metadata, name: `j-${index}-${phase}`, creationTimestamp: long },
    status: {
      phase,
      ...(condition === undefined ? {} : { conditions: [{ type: condition, status: 'True' }] }),
      containerStatuses: [{ name: 'c', state: isOver ? { terminated } : {} }],
    },
  };
};

interface Short {
  readonly create: readonly number[];
  readonly remove?: number;
  readonly reason?: string;
  readonly completed?: string;
  readonly failed?: string;
  readonly recheckMs?: number;
}

const exits = (action: string, ...values: number[]): Partial<Job['spec']> => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values } }] },
});
const perIndex = { backoffLimitPerIndex: 1, backoffLimit: 100 };

describe('a job with indexes', () => {
  it.each<[string, Job, Pod[], Short]>([
    ['starts one pod for each', job(), [], { create: [0, 1, 2] }],
    ['as many at once as asked', job({ parallelism: 2 }), [], { create: [0, 1] }],
    [
      'goes on with the first that is neither done nor running',
      job({ parallelism: 2, completions: 5 }, { completedIndexes: '0,2' }),
      [pod(1, 'Running')],
      { create: [3], completed: '0,2' },
    ],
    [
      'removes a second pod of an index and those beyond the last',
      job({ completions: 2, parallelism: 2 }),
      [pod(0, 'Running'), pod(0, 'Pending'), pod(4, 'Running')],
      { create: [1], remove: 2 },
    ],
    [
      'is complete when every index is',
      job({}, { completedIndexes: '0-1' }),
      [pod(2, 'Succeeded')],
      { create: [], reason: 'CompletionsReached', completed: '0-2' },
    ],
    [
      'tries an index again, which then knows of its failures',
      job(perIndex),
      [pod(0, 'Failed'), pod(1, 'Running'), pod(2, 'Running')],
      { create: [0], failed: '' },
    ],
    [
      'waits before that',
      job(perIndex),
      [pod(0, 'Failed', { at: '2026-01-02T03:04:00Z' }), pod(1, 'Running'), pod(2, 'Running')],
      { create: [], failed: '', recheckMs: 5000 },
    ],
    [
      'gives an index up when it failed too often, and goes on with the others',
      job(perIndex),
      [pod(0, 'Failed', { failures: 1 }), pod(1, 'Running')],
      { create: [2], failed: '0' },
    ],
    [
      'has failed when all are through and one was given up',
      job(perIndex, { completedIndexes: '1-2' }),
      [pod(0, 'Failed', { failures: 1 })],
      { create: [], reason: 'FailedIndexes', completed: '1,2', failed: '0' },
    ],
    [
      'fails early with too many of them',
      job({ ...perIndex, maxFailedIndexes: 1 }, { failedIndexes: '2' }),
      [pod(0, 'Failed', { failures: 1 }), pod(1, 'Running')],
      { create: [], remove: 1, reason: 'MaxFailedIndexesExceeded', failed: '0,2' },
    ],
    [
      'an exit code can give up an index',
      job({ ...perIndex, ...exits('FailIndex', 42) }),
      [pod(0, 'Failed', { exitCode: 42 }), pod(1, 'Running'), pod(2, 'Running')],
      { create: [], failed: '0' },
    ],
    [
      'or the whole job',
      job({ ...perIndex, ...exits('FailJob', 42) }),
      [pod(0, 'Failed', { exitCode: 42 }), pod(1, 'Running')],
      { create: [], remove: 1, reason: 'PodFailurePolicy', failed: '' },
    ],
    [
      'a disruption does not count when the policy ignores it',
      job({
        backoffLimit: 0,
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }],
        },
      }),
      [pod(0, 'Failed', { condition: 'DisruptionTarget' }), pod(1, 'Running'), pod(2, 'Running')],
      { create: [0] },
    ],
    [
      'enough is what the success policy says: these indexes',
      job({ successPolicy: { rules: [{ succeededIndexes: '0,2' }] } }, { completedIndexes: '0' }),
      [pod(1, 'Running'), pod(2, 'Succeeded')],
      { create: [], remove: 1, reason: 'SuccessPolicy', completed: '0,2' },
    ],
    [
      'or so many of them',
      job({ successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] } }),
      [pod(1, 'Succeeded')],
      { create: [], reason: 'SuccessPolicy', completed: '1' },
    ],
    [
      'or so many of all, and no fewer',
      job({ successPolicy: { rules: [{ succeededCount: 2 }] } }),
      [pod(1, 'Succeeded')],
      { create: [0, 2], completed: '1' },
    ],
  ])('%s', (_name, object, pods, expected) => {
    const plan = decideJob(object, pods, now);
    const { completedIndexes, failedIndexes, conditions } = plan.status;
    const reason = conditions?.at(-1)?.reason;
    const short: Short = {
      create: plan.create.map(({ index }) => index ?? -1),
      ...(plan.remove.length === 0 ? {} : { remove: plan.remove.length }),
      ...(reason === undefined ? {} : { reason }),
      ...(completedIndexes === undefined ? {} : { completed: completedIndexes }),
      ...(failedIndexes === undefined ? {} : { failed: failedIndexes }),
      ...(plan.recheckMs === undefined ? {} : { recheckMs: plan.recheckMs }),
    };
    expect(short).toEqual(expected);
  });

  it('says which pod made it fail', () => {
    const plan = decideJob(job(exits('FailJob', 42)), [pod(0, 'Failed', { exitCode: 42 })], now);
    expect(plan.status.conditions?.[0]?.message).toBe(
      'Container c for pod n/j-0-Failed failed with exit code 42 matching FailJob rule at index 0',
    );
  });

  it('gives its pods their number', () => {
    expect(jobPod(job(), { index: 2, failures: 1 })).toMatchObject({
      metadata: {
        generateName: 'j-2-',
        labels: { 'batch.kubernetes.io/job-completion-index': '2' },
        annotations: {
          'batch.kubernetes.io/job-completion-index': '2',
          'batch.kubernetes.io/job-index-failure-count': '1',
        },
      },
      spec: { hostname: 'j-2', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] },
    });
  });
});

describe('lists of indexes', () => {
  it.each(['', '0', '0,1', '0-2', '1,3-5,7,8,10-12'])('%j', (text) => {
    expect(indexText(parseIndexes(text, 100))).toBe(text);
  });
  it('end at the limit', () => expect(indexText(parseIndexes('1-9', 4))).toBe('1-3'));
});
