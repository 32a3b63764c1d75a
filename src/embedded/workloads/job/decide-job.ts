import type { Pod } from '../objects.ts';
import { timeText } from '../time.ts';
import { countPods, type Count } from './count-pods.ts';
import { decidePods, type PodToMake } from './decide-pods.ts';
import { indexText } from './indexes.ts';
import {
  announcedEnd,
  announcing,
  isFinished,
  isSuspended,
  resumed,
  withJobCondition,
} from './job-conditions.ts';
import { deadlineInMs, endOfJob, type JobEnd } from './job-end.ts';
import { isIndexed, type Job, type JobStatus } from './job-object.ts';

/** An event for the job's own story. */
export interface JobNews {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface JobPlan {
  readonly create: readonly PodToMake[];
  readonly remove: readonly Pod[];
  /** The job itself goes: its time to live after the end is over. */
  readonly expired: boolean;
  /** Written after creating and removing; `active` is what it will be then. */
  readonly status: JobStatus;
  readonly news: readonly JobNews[];
  readonly recheckMs?: number;
}

const nothing = { create: [], remove: [], expired: false, news: [] };

/** What a job needs next. Pure. */
export function decideJob(job: Job, pods: readonly Pod[], now: Date): JobPlan {
  const { metadata, spec, status = {} } = job;
  const isForeign = (spec.managedBy ?? ours) !== ours;
  if (metadata.deletionTimestamp !== undefined || isForeign) return { ...nothing, status };
  if (isFinished(job)) return { ...nothing, ...afterEnd(job, now), status };
  const count = countPods(job, pods, now);
  const end = announcedEnd(job) ?? endOfJob(job, count);
  if (end !== undefined) return ending(job, count, end);
  return spec.suspend === true ? suspended(job, count) : going(job, count);
}

/** The value of `managedBy` of jobs that are this loop's. */
const ours = 'kubernetes.io/job-controller';

function afterEnd({ spec, status }: Job, now: Date): { expired: boolean; recheckMs?: number } {
  if (spec.ttlSecondsAfterFinished === undefined) return { expired: false };
  const times = (status?.conditions ?? []).map((each) => Date.parse(each.lastTransitionTime ?? ''));
  const ended = Math.max(0, ...times.filter((each) => !Number.isNaN(each)));
  const left = ended + spec.ttlSecondsAfterFinished * 1000 - now.getTime();
  return left <= 0 ? { expired: true } : { expired: false, recheckMs: left };
}

/** What the counts say; `active` are the pods there will be. */
function counted(job: Job, count: Count, active: number): JobStatus {
  const { status: before = {}, spec } = job;
  const { succeeded, failed, completedIndexes, failedIndexes } = count;
  const indexes = isIndexed(job) ? { completedIndexes: indexText(completedIndexes) } : {};
  return {
    startTime: before.startTime ?? timeText(count.now),
    ready: Math.min(count.ready, active),
    terminating: count.terminating,
    uncountedTerminatedPods: {},
    ...(active > 0 ? { active } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...(indexes.completedIndexes ? indexes : {}),
    ...(spec.backoffLimitPerIndex === undefined ? {} : { failedIndexes: indexText(failedIndexes) }),
    ...(before.conditions === undefined ? {} : { conditions: before.conditions }),
  };
}

/** The end is announced at once, and stands when the last pod has ended. */
function ending(job: Job, count: Count, end: JobEnd): JobPlan {
  const { type, reason, message } = end;
  const { active, terminating, now } = count;
  const status = counted(job, count, 0);
  const announced = { type: announcing[type], reason, message };
  status.conditions = withJobCondition(status.conditions, announced, now);
  const plan = { create: [], remove: active, expired: false, status };
  if (active.length + terminating > 0)
    return { ...plan, status: { ...status, terminating: active.length + terminating }, news: [] };
  status.conditions = withJobCondition(status.conditions, end, now);
  if (type === 'Complete') status.completionTime = timeText(now);
  const ttl = job.spec.ttlSecondsAfterFinished;
  const told: JobNews =
    type === 'Complete'
      ? { type: 'Normal', reason: 'Completed', message: 'Job completed' }
      : { type: 'Warning', reason, message };
  return { ...plan, news: [told], ...(ttl === undefined ? {} : { recheckMs: ttl * 1000 }) };
}

function suspended(job: Job, count: Count): JobPlan {
  const { active, terminating } = count;
  const status = counted(job, count, 0);
  delete status.startTime;
  status.terminating = terminating + active.length;
  const message = 'Job suspended';
  const isNew = !isSuspended(status);
  const suspension = { type: 'Suspended', reason: 'JobSuspended', message };
  status.conditions = withJobCondition(status.conditions, suspension, count.now);
  const news: JobNews[] = isNew ? [{ type: 'Normal', reason: 'Suspended', message }] : [];
  return { create: [], remove: active, expired: false, status, news };
}

function going(job: Job, count: Count): JobPlan {
  const { create, remove, waitMs } = decidePods(job, count);
  const left = deadlineInMs(job, count.now);
  const times = [waitMs, left].filter((each) => each !== undefined);
  const status = counted(job, count, count.active.length + create.length - remove.length);
  const wasSuspended = isSuspended(status);
  return {
    create,
    remove,
    expired: false,
    status: resumed(status, count.now),
    news: wasSuspended ? [{ type: 'Normal', reason: 'Resumed', message: 'Job resumed' }] : [],
    ...(times.length === 0 ? {} : { recheckMs: Math.max(1, Math.min(...times)) }),
  };
}
