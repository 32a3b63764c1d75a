import type { JsonRecord, KubeObject, ObjectMeta } from '../../../base/index.ts';
import type { Job } from '../job/job-object.ts';
import { timeText } from '../time.ts';
import { cronTimes, type DueTimes } from './cron-times.ts';

export interface CronJob extends KubeObject {
  spec: {
    schedule: string;
    timeZone?: string;
    startingDeadlineSeconds?: number;
    concurrencyPolicy?: string;
    suspend?: boolean;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: Partial<ObjectMeta>; spec: Job['spec'] };
  };
  status?: CronJobStatus;
}

export interface CronJobStatus {
  active?: JsonRecord[];
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

export interface CronPlan {
  /** Make the job of this time. */
  readonly start?: Date;
  /** Jobs that make way for it. */
  readonly replace: readonly Job[];
  /** Jobs that ended long ago. */
  readonly drop: readonly Job[];
  readonly status: CronJobStatus;
  readonly news: ReadonlyArray<{ type: 'Normal' | 'Warning'; reason: string; message: string }>;
  /** Milliseconds until the next time. */
  readonly recheckMs?: number;
}

/** What a CronJob needs now: a job of the last time that has come, unless policy or deadline say no. Pure. */
export function decideCronJob(cron: CronJob, jobs: readonly Job[], now: Date): CronPlan {
  const active = jobs.filter((each) => endOf(each) === undefined);
  const status = statusOf(cron, jobs, active);
  const quiet = { replace: [], drop: dropped(cron, jobs), status, news: [] };
  const { metadata, spec } = cron;
  if (metadata.deletionTimestamp !== undefined || spec.suspend === true) return quiet;
  const times = timesOf(cron, now);
  if ('problem' in times)
    return {
      ...quiet,
      news: [{ type: 'Warning', reason: 'UnparseableSchedule', message: times.problem }],
    };
  const waitMs = times.next && Math.max(1, times.next.getTime() - now.getTime());
  const rest = { ...quiet, ...(waitMs === undefined ? {} : { recheckMs: waitMs }) };
  const { due } = times;
  if (due === undefined && waitMs === undefined)
    return { ...rest, news: [neverComes(spec.schedule)] };
  if (due === undefined) return rest;
  const { startingDeadlineSeconds: deadline = Infinity } = spec;
  if (now.getTime() - due.getTime() > deadline * 1000) return rest;
  return startPlan(rest, due, spec.concurrencyPolicy, active);
}

/** For the 31st of February a real controller has these words. */
function neverComes(schedule: string): CronPlan['news'][number] {
  const why = 'time difference between two schedules is less than 1 second';
  return {
    type: 'Warning',
    reason: 'InvalidSchedule',
    message: `invalid schedule: ${schedule} : ${why}`,
  };
}

const busy = 'Not starting job because prior execution is running and concurrency policy is Forbid';

function startPlan(
  rest: CronPlan,
  due: Date,
  policy: string | undefined,
  active: readonly Job[],
): CronPlan {
  if (active.length > 0 && policy === 'Forbid')
    return { ...rest, news: [{ type: 'Normal', reason: 'JobAlreadyActive', message: busy }] };
  return {
    ...rest,
    start: due,
    replace: policy === 'Replace' ? active : [],
    status: { ...rest.status, lastScheduleTime: timeText(due) },
  };
}

function timesOf({ spec, metadata, status }: CronJob, now: Date): DueTimes | { problem: string } {
  const since = new Date(status?.lastScheduleTime ?? metadata.creationTimestamp ?? now);
  try {
    return cronTimes({ schedule: spec.schedule, timeZone: spec.timeZone, since, now });
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { problem: `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${why}` };
  }
}

/** When a job has ended, and how. */
function endOf({ status }: Job): { readonly type: string; readonly at: number } | undefined {
  const found = status?.conditions?.find(
    (each) => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True',
  );
  if (found === undefined) return undefined;
  return { type: found.type, at: Date.parse(found.lastTransitionTime ?? '') || 0 };
}

function statusOf(
  { status = {} }: CronJob,
  jobs: readonly Job[],
  active: readonly Job[],
): CronJobStatus {
  const { active: _before, ...kept } = status;
  const ends = jobs.flatMap(({ status: end }) => end?.completionTime ?? []).toSorted();
  const last = [...ends, status.lastSuccessfulTime ?? ''].toSorted().at(-1) ?? '';
  return {
    ...kept,
    ...(last === '' ? {} : { lastSuccessfulTime: last }),
    ...(active.length === 0 ? {} : { active: active.map(referenceTo) }),
  };
}

function referenceTo({ metadata }: Job): JsonRecord {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
}

/** Ended jobs beyond the history limits, oldest first. */
function dropped({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const limits = [
    ['Complete', spec.successfulJobsHistoryLimit ?? 3],
    ['Failed', spec.failedJobsHistoryLimit ?? 1],
  ] as const;
  return limits.flatMap(([type, keep]) => {
    const ended = jobs.filter((each) => endOf(each)?.type === type);
    const old = ended.toSorted((a, b) => (endOf(a)?.at ?? 0) - (endOf(b)?.at ?? 0));
    return old.slice(0, Math.max(0, old.length - keep));
  });
}
