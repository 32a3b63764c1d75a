import { describe, expect, it } from 'vitest';
import type { Job } from '../job/job-object.ts';
import { cronTimes } from './cron-times.ts';
import { decideCronJob, type CronJob } from './decide-cron-job.ts';

const at = (text: string): Date => new Date(`2026-03-01T${text}Z`);
const cron = (spec: Partial<CronJob['spec']> = {}, last?: string): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'c', uid: 'u', creationTimestamp: '2026-03-01T10:00:30Z' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { spec: {} as Job['spec'] }, ...spec },
  ...(last === undefined ? {} : { status: { lastScheduleTime: `2026-03-01T${last}Z` } }),
});
const job = (name: string, end?: 'Complete' | 'Failed', time = '10:05:00'): Job => {
  const lastTransitionTime = `2026-03-01T${time}Z`;
  const conditions = end && [{ type: end, status: 'True' as const, lastTransitionTime }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, uid: name },
    spec: {} as Job['spec'],
    status: conditions ? { conditions } : {},
  };
};

describe('a cron job', () => {
  const rows: Array<[string, CronJob, Job[], string, string]> = [
    ['before its first time', cron(), [], '10:04:59', 'wait 1s'],
    ['at its first time', cron(), [], '10:05:00', 'start 10:05 wait 300s'],
    ['has had this time', cron({}, '10:05:00'), [], '10:05:10', 'wait 290s'],
    [
      'several times missed: the last',
      cron({}, '10:05:00'),
      [],
      '10:31:00',
      'start 10:30 wait 240s',
    ],
    ['too late', cron({ startingDeadlineSeconds: 30 }), [], '10:06:00', 'wait 240s'],
    ['suspended', cron({ suspend: true }), [], '10:05:00', ''],
    ['busy, and Allow', cron({}, '10:05:00'), [job('a')], '10:10:00', 'start 10:10 wait 300s'],
    [
      'busy, and Forbid',
      cron({ concurrencyPolicy: 'Forbid' }, '10:05:00'),
      [job('a')],
      '10:10:00',
      'JobAlreadyActive wait 300s',
    ],
    [
      'busy, and Replace',
      cron({ concurrencyPolicy: 'Replace' }, '10:05:00'),
      [job('a')],
      '10:10:00',
      'start 10:10 replace a wait 300s',
    ],
    [
      'too many successes',
      cron({ successfulJobsHistoryLimit: 1 }, '10:05:00'),
      [job('b', 'Complete', '10:02:00'), job('a', 'Complete', '10:01:00')],
      '10:06:00',
      'drop a wait 240s',
    ],
    [
      'too many failures',
      cron({}, '10:05:00'),
      [job('b', 'Failed', '10:02:00'), job('a', 'Failed', '10:01:00')],
      '10:06:00',
      'drop a wait 240s',
    ],
    [
      'a schedule that makes no sense',
      cron({ schedule: 'often' }),
      [],
      '10:06:00',
      'UnparseableSchedule',
    ],
    [
      'a schedule that never comes',
      cron({ schedule: '59 23 31 2 *' }),
      [],
      '10:06:00',
      'InvalidSchedule',
    ],
  ];
  it.each(rows)('%s', (...[, mine, jobs, now, wanted]) => {
    const plan = decideCronJob(mine, jobs, at(now));
    const said = [
      ...plan.news.map(({ reason }) => reason),
      plan.start && `start ${plan.start.toISOString().slice(11, 16)}`,
      ...plan.replace.map(({ metadata }) => `replace ${metadata.name}`),
      ...plan.drop.map(({ metadata }) => `drop ${metadata.name}`),
      plan.recheckMs && `wait ${plan.recheckMs / 1000}s`,
    ];
    expect(said.filter(Boolean).join(' ')).toBe(wanted);
  });

  it('keeps in its status what runs and when it last went well', () => {
    const done: Job = {
      ...job('b', 'Complete'),
      status: { ...job('b', 'Complete').status, completionTime: '2026-03-01T10:05:00Z' },
    };
    const { status } = decideCronJob(cron({}, '10:05:00'), [job('a'), done], at('10:06:00'));
    expect(status).toMatchObject({
      active: [{ name: 'a', kind: 'Job' }],
      lastScheduleTime: '2026-03-01T10:05:00Z',
      lastSuccessfulTime: '2026-03-01T10:05:00Z',
    });
  });
});

describe('times of a schedule', () => {
  it.each([
    ['0 12 * * *', 'Europe/Berlin', '11:00:00'],
    ['TZ=Europe/Berlin 0 12 * * *', undefined, '11:00:00'],
    ['@hourly', undefined, '11:00:00'],
    ['@every 90m', undefined, '11:30:00'],
    ['30 11 13 * 0', undefined, '11:30:00'],
  ])('%s in %s', (schedule, timeZone, wanted) => {
    const { due } = cronTimes({ schedule, timeZone, since: at('10:00:00'), now: at('11:40:00') });
    expect(due?.toISOString()).toBe(`2026-03-01T${wanted}.000Z`);
  });
});
