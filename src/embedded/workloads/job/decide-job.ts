import type { Job, JobStatus, Pod } from '../objects.ts';
import { isActive, isReady } from '../pod-state.ts';
import { timeText } from '../time.ts';

/** An event for the job's own story. */
export interface JobNews {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface JobPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  /** The job itself goes: its time to live after the end is over. */
  readonly expired: boolean;
  /** Written after creating and removing; `active` is what it will be then. */
  readonly status: JobStatus;
  readonly news: readonly JobNews[];
  readonly recheckMs?: number;
}

/** First wait after a failed pod; doubles with every further one. */
const firstBackoffMs = 10_000;
const maxBackoffMs = 600_000;

/** Whether the job has ended, well or badly. */
export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    (each) => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True',
  );
}

interface Count {
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly now: Date;
}

/** What a job needs next. Pure. */
export function decideJob(job: Job, pods: readonly Pod[], now: Date): JobPlan {
  const nothing = { create: 0, remove: [], expired: false, news: [] };
  if (job.metadata.deletionTimestamp !== undefined) return { ...nothing, status: job.status ?? {} };
  if (isFinished(job)) return { ...nothing, ...afterEnd(job, now), status: job.status ?? {} };
  const ended = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  const count: Count = {
    active: pods.filter(isActive),
    // A pod that was removed after it ended still counts.
    succeeded: Math.max(ended('Succeeded'), job.status?.succeeded ?? 0),
    failed: Math.max(ended('Failed'), job.status?.failed ?? 0),
    now,
  };
  const failure = failureOf(job, pods, count);
  if (failure !== undefined) return end(job, count, 'Failed', failure);
  if (isComplete(job, count))
    return end(job, count, 'Complete', {
      type: 'Normal',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    });
  if (job.spec.suspend === true) return suspended(job, count);
  return going(job, pods, count);
}

function isComplete({ spec }: Job, { active, succeeded }: Count): boolean {
  return spec.completions === undefined
    ? succeeded > 0 && active.length === 0
    : succeeded >= spec.completions;
}

function failureOf(
  job: Job,
  pods: readonly Pod[],
  { active, failed, now }: Count,
): JobNews | undefined {
  const restarts = active
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .reduce((sum, each) => sum + (each.restartCount ?? 0), 0);
  const limit = job.spec.backoffLimit ?? 6;
  const counted = pods.some((pod) => pod.spec.restartPolicy === 'OnFailure') ? restarts : 0;
  if (failed > limit || (counted > 0 && counted > limit)) {
    return {
      type: 'Warning',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const left = deadlineInMs(job, now);
  if (left === undefined || left > 0) return undefined;
  return {
    type: 'Warning',
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  };
}

function deadlineInMs({ spec, status }: Job, now: Date): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now.getTime();
}

function afterEnd({ spec, status }: Job, now: Date): { expired: boolean; recheckMs?: number } {
  if (spec.ttlSecondsAfterFinished === undefined) return { expired: false };
  const times = (status?.conditions ?? []).map((each) => Date.parse(each.lastTransitionTime ?? ''));
  const ended = Math.max(0, ...times.filter((each) => !Number.isNaN(each)));
  const left = ended + spec.ttlSecondsAfterFinished * 1000 - now.getTime();
  return left <= 0 ? { expired: true } : { expired: false, recheckMs: left };
}

function counted(job: Job, { active, succeeded, failed, now }: Count): JobStatus {
  const status: JobStatus = {
    startTime: job.status?.startTime ?? timeText(now),
    ready: active.filter(isReady).length,
  };
  if (active.length > 0) status.active = active.length;
  if (succeeded > 0) status.succeeded = succeeded;
  if (failed > 0) status.failed = failed;
  if (job.status?.conditions !== undefined) status.conditions = job.status.conditions;
  return status;
}

function end(job: Job, count: Count, type: 'Complete' | 'Failed', news: JobNews): JobPlan {
  const time = timeText(count.now);
  const criterion = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const conditions = [criterion, type].map((each) => ({
    type: each,
    status: 'True' as const,
    lastProbeTime: time,
    lastTransitionTime: time,
    reason: news.reason,
    message: news.message,
  }));
  const status = counted(job, { ...count, active: [] });
  if (type === 'Complete') status.completionTime = time;
  const kept = (job.status?.conditions ?? []).filter(
    (each) => each.type !== criterion && each.type !== type,
  );
  status.conditions = [...kept, ...conditions];
  const told =
    type === 'Complete'
      ? { type: 'Normal' as const, reason: 'Completed', message: 'Job completed' }
      : news;
  const ttl = job.spec.ttlSecondsAfterFinished;
  return {
    create: 0,
    remove: count.active,
    expired: false,
    status,
    news: [told],
    ...(ttl === undefined ? {} : { recheckMs: ttl * 1000 }),
  };
}

function suspended(job: Job, count: Count): JobPlan {
  const time = timeText(count.now);
  const status = counted(job, { ...count, active: [] });
  delete status.startTime;
  const already = status.conditions?.find((each) => each.type === 'Suspended');
  if (already?.status !== 'True') {
    const others = (status.conditions ?? []).filter((each) => each.type !== 'Suspended');
    status.conditions = [
      ...others,
      {
        type: 'Suspended',
        status: 'True',
        lastProbeTime: time,
        lastTransitionTime: time,
        reason: 'JobSuspended',
        message: 'Job suspended',
      },
    ];
  }
  return { create: 0, remove: count.active, expired: false, status, news: [] };
}

function going(job: Job, pods: readonly Pod[], count: Count): JobPlan {
  const { active, succeeded, failed, now } = count;
  const { parallelism = 1, completions } = job.spec;
  // Without completions the pods agree among themselves: once one has succeeded, no new one starts.
  const unbounded = succeeded > 0 ? active.length : parallelism;
  const open =
    completions === undefined ? unbounded : Math.min(parallelism, completions - succeeded);
  const missing = Math.max(0, open - active.length);
  const waitMs = failed > 0 && missing > 0 ? backoffLeftMs(pods, failed, now) : 0;
  const create = waitMs > 0 ? 0 : missing;
  const remove = active.length > open ? active.slice(open) : [];
  const left = deadlineInMs(job, now);
  const times = [waitMs > 0 ? waitMs : undefined, left].filter((each) => each !== undefined);
  const status = counted(job, count);
  const after = active.length + create - remove.length;
  if (after > 0) status.active = after;
  else delete status.active;
  return {
    create,
    remove,
    expired: false,
    status: resumed(status, now),
    news: [],
    ...(times.length === 0 ? {} : { recheckMs: Math.max(1, Math.min(...times)) }),
  };
}

function resumed(status: JobStatus, now: Date): JobStatus {
  const time = timeText(now);
  const conditions = status.conditions?.map((each) =>
    each.type === 'Suspended' && each.status === 'True'
      ? {
          ...each,
          status: 'False' as const,
          reason: 'JobResumed',
          message: 'Job resumed',
          lastTransitionTime: time,
        }
      : each,
  );
  return conditions === undefined ? status : { ...status, conditions };
}

/** How long to hold back the next pod after failures, counted from the last pod that failed. */
function backoffLeftMs(pods: readonly Pod[], failed: number, now: Date): number {
  const ends = pods
    .filter((pod) => pod.status?.phase === 'Failed')
    .map((pod) => endOf(pod))
    .filter((each) => !Number.isNaN(each));
  if (ends.length === 0) return 0;
  const wait = Math.min(firstBackoffMs * 2 ** (failed - 1), maxBackoffMs);
  return Math.max(...ends) + wait - now.getTime();
}

function endOf(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map((each) => {
    const state = each['state'] as { terminated?: { finishedAt?: string } } | undefined;
    return Date.parse(state?.terminated?.finishedAt ?? '');
  });
  return Math.max(...times, Date.parse(pod.metadata.creationTimestamp ?? ''));
}
