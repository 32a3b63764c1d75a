import { parseIndexes } from './indexes.ts';
import type { Count } from './count-pods.ts';
import { isIndexed, type Job, type SuccessRule } from './job-object.ts';

/** Why a job has ended, or is to end. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** Whether pods tell that the job is over; checked in the order of the original. Pure. */
export function endOfJob(job: Job, count: Count): JobEnd | undefined {
  return failureOf(job, count) ?? indexFailure(job, count) ?? success(job, count);
}

function failureOf(job: Job, count: Count): JobEnd | undefined {
  const fatal = count.failures.find(({ action }) => action === 'FailJob');
  if (fatal !== undefined) return failed('PodFailurePolicy', fatal.message);
  if (count.failed > (job.spec.backoffLimit ?? 6) || hasRestartedTooOften(job, count))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const left = deadlineInMs(job, count.now);
  if (left === undefined || left > 0) return undefined;
  return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
}

function failed(reason: string, message: string): JobEnd {
  return { type: 'Failed', reason, message };
}

/** Pods that are restarted in place count their restarts instead of failing. */
function hasRestartedTooOften({ spec }: Job, { active }: Count): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = active
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
    .reduce((sum, each) => sum + (each.restartCount ?? 0), 0);
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until the job has been active for too long; undefined when it may be for ever. */
export function deadlineInMs({ spec, status }: Job, now: Date): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined;
  if (spec.suspend === true) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now.getTime();
}

function indexFailure({ spec }: Job, count: Count): JobEnd | undefined {
  const { maxFailedIndexes: most = Infinity, completions = 0 } = spec;
  const { failedIndexes, completedIndexes } = count;
  if (spec.backoffLimitPerIndex === undefined || failedIndexes.size === 0) return undefined;
  if (failedIndexes.size > most)
    return failed(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  const open = completions - failedIndexes.size - completedIndexes.size;
  return open > 0 ? undefined : failed('FailedIndexes', 'Job has failed indexes');
}

function success(job: Job, count: Count): JobEnd | undefined {
  const rules = isIndexed(job) ? (job.spec.successPolicy?.rules ?? []) : [];
  const at = rules.findIndex((rule) => isMet(rule, job, count.completedIndexes));
  if (at >= 0)
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${at}` };
  const { completions } = job.spec;
  const { active, succeeded } = count;
  const isEnough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (!isEnough || active.length > 0) return undefined;
  return {
    type: 'Complete',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

function isMet(rule: SuccessRule, { spec }: Job, completed: ReadonlySet<number>): boolean {
  const { succeededIndexes, succeededCount } = rule;
  if (succeededIndexes === undefined)
    return succeededCount !== undefined && completed.size >= succeededCount;
  const wanted = parseIndexes(succeededIndexes, spec.completions ?? 0);
  const met = [...wanted].filter((index) => completed.has(index)).length;
  return met >= (succeededCount ?? wanted.size);
}
