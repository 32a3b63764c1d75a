import { describe, expect, it } from 'vitest';
import type { Pod } from '../objects.ts';
import { decideJob } from './decide-job.ts';
import type { Job, JobStatus } from './job-object.ts';

const now = new Date('2026-01-02T03:04:05Z');
const time = '2026-01-02T03:04:05Z';

const job = (spec: Partial<Job['spec']> = {}, status?: JobStatus): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j' },
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    template: { spec: { containers: [] } },
    ...spec,
  },
  ...(status ? { status } : {}),
});

const pod = (phase: string, endedAt = time): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: phase, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [] },
  status: {
    phase,
    containerStatuses: [{ name: 'c', state: { terminated: { finishedAt: endedAt } } }],
  },
});

const leaving = (): Pod => {
  const going = pod('Running');
  return { ...going, metadata: { ...going.metadata, deletionTimestamp: time } };
};

const restarted = (restartCount: number): Pod => ({
  ...pod('Running'),
  status: { phase: 'Running', containerStatuses: [{ name: 'c', restartCount }] },
});

const finished = (type: string): JobStatus => ({
  conditions: [{ type, status: 'True', lastTransitionTime: '2026-01-02T03:04:00Z' }],
});

interface Short {
  readonly create: number;
  readonly remove: number;
  readonly recheckMs?: number;
  readonly expired?: boolean;
  readonly ends?: string;
}

describe('decideJob', () => {
  it.each<[string, Job, Pod[], Short]>([
    ['starts', job(), [], { create: 1, remove: 0 }],
    [
      'as many at once as asked, no more than needed',
      job({ parallelism: 5, completions: 3 }),
      [pod('Succeeded')],
      { create: 2, remove: 0 },
    ],
    ['waits while one runs', job(), [pod('Running')], { create: 0, remove: 0 }],
    [
      'is complete',
      job(),
      [pod('Succeeded')],
      { create: 0, remove: 0, ends: 'CompletionsReached' },
    ],
    [
      'a removed pod still counts',
      job({ completions: 2 }, { succeeded: 1 }),
      [],
      { create: 1, remove: 0 },
    ],
    [
      'a failure is tried again after ten seconds',
      job(),
      [pod('Failed', '2026-01-02T03:04:01Z')],
      { create: 0, remove: 0, recheckMs: 6000 },
    ],
    ['and then', job(), [pod('Failed', '2026-01-02T03:03:50Z')], { create: 1, remove: 0 }],
    [
      'the second failure waits twice as long',
      job(),
      [pod('Failed'), pod('Failed', time)],
      { create: 0, remove: 0, recheckMs: 20_000 },
    ],
    [
      'too many failures end it and what still runs',
      job({ backoffLimit: 0, parallelism: 2, completions: 2 }),
      [pod('Failed'), pod('Running')],
      { create: 0, remove: 1, ends: 'BackoffLimitExceeded' },
    ],
    [
      'too long',
      job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-02T03:03:00Z' }),
      [pod('Running')],
      { create: 0, remove: 1, ends: 'DeadlineExceeded' },
    ],
    [
      'the deadline is looked at when it comes',
      job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-02T03:03:15Z' }),
      [pod('Running')],
      { create: 0, remove: 0, recheckMs: 10_000 },
    ],
    [
      'suspended: pods go',
      job({ suspend: true }),
      [pod('Running')],
      { create: 0, remove: 1, ends: 'JobSuspended' },
    ],
    [
      'another controller is named',
      job({ managedBy: 'example.com/other' }),
      [],
      { create: 0, remove: 0 },
    ],
    ['a pod on its way out is replaced at once', job(), [leaving()], { create: 1, remove: 0 }],
    [
      'or when it has ended, if the job says so',
      job({ podReplacementPolicy: 'Failed' }),
      [leaving()],
      { create: 0, remove: 0 },
    ],
    [
      'restarts in place count to the limit',
      job({ backoffLimit: 2, template: { spec: { restartPolicy: 'OnFailure', containers: [] } } }),
      [restarted(2)],
      { create: 0, remove: 1, ends: 'BackoffLimitExceeded' },
    ],
    [
      'and below it go on',
      job({ backoffLimit: 2, template: { spec: { restartPolicy: 'OnFailure', containers: [] } } }),
      [restarted(1)],
      { create: 0, remove: 0 },
    ],
    [
      'a success makes the wait short again',
      job({ completions: 3 }),
      [
        pod('Failed', '2026-01-02T03:00:00Z'),
        pod('Failed', '2026-01-02T03:00:10Z'),
        pod('Succeeded', '2026-01-02T03:03:00Z'),
        pod('Failed', '2026-01-02T03:04:00Z'),
      ],
      { create: 0, remove: 0, recheckMs: 5000 },
    ],
    [
      'less parallelism: pods go',
      job({ parallelism: 1, completions: 4 }),
      [pod('Running'), pod('Pending')],
      { create: 0, remove: 1 },
    ],
    ['a finished one is left alone', job({}, finished('Failed')), [], { create: 0, remove: 0 }],
    [
      'until its time to live is over',
      job({ ttlSecondsAfterFinished: 10 }, finished('Complete')),
      [],
      { create: 0, remove: 0, recheckMs: 5000 },
    ],
    [
      'and then it goes',
      job({ ttlSecondsAfterFinished: 5 }, finished('Complete')),
      [],
      { create: 0, remove: 0, expired: true },
    ],
  ])('%s', (_name, object, pods, expected) => {
    const plan = decideJob(object, pods, now);
    const reason = plan.status.conditions?.at(-1)?.reason;
    const short: Short = {
      create: plan.create.length,
      remove: plan.remove.length,
      ...(plan.recheckMs === undefined ? {} : { recheckMs: plan.recheckMs }),
      ...(plan.expired ? { expired: true } : {}),
      ...(reason === undefined ? {} : { ends: reason }),
    };
    expect(short).toEqual(expected);
  });

  it('tells how it ended, and when', () => {
    const { status } = decideJob(
      job({}, { startTime: '2026-01-02T03:00:00Z' }),
      [pod('Succeeded')],
      now,
    );
    expect(status).toMatchObject({
      startTime: '2026-01-02T03:00:00Z',
      completionTime: time,
      succeeded: 1,
      conditions: [
        { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
        { type: 'Complete', message: 'Reached expected number of succeeded pods' },
      ],
    });
    expect(status.active).toBeUndefined();
  });

  it('announces an end while pods still run, and ends when the last is gone', () => {
    const many = job({ backoffLimit: 0, parallelism: 2, completions: 2 });
    const first = decideJob(many, [pod('Failed'), pod('Running')], now);
    expect([first.status.conditions?.map(({ type }) => type), first.news]).toEqual([
      ['FailureTarget'],
      [],
    ]);
    expect(first.status).toMatchObject({ terminating: 1, failed: 1 });
    const waiting = decideJob({ ...many, status: first.status }, [pod('Failed'), leaving()], now);
    expect(waiting.status.conditions).toHaveLength(1);
    const last = decideJob({ ...many, status: first.status }, [pod('Failed')], now);
    expect(last.status.conditions?.map(({ type }) => type)).toEqual(['FailureTarget', 'Failed']);
    expect(last.news).toMatchObject([{ type: 'Warning', reason: 'BackoffLimitExceeded' }]);
  });

  it('tells of a pause and of its end, from when its time counts anew', () => {
    const paused = decideJob(job({ suspend: true }), [], now);
    expect(paused.news).toMatchObject([{ reason: 'Suspended', message: 'Job suspended' }]);
    expect(paused.status.startTime).toBeUndefined();
    const on = decideJob(job({}, paused.status), [], now);
    expect(on.news).toMatchObject([{ reason: 'Resumed', message: 'Job resumed' }]);
    expect(on.status).toMatchObject({ startTime: time, conditions: [{ status: 'False' }] });
  });
});
