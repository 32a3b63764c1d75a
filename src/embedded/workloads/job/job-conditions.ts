import { timeText } from '../time.ts';
import type { Job, JobCondition, JobStatus } from './job-object.ts';
import type { JobEnd } from './job-end.ts';

/** The condition that announces an end before the last pod is gone. */
export const announcing = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

const isTrue = (each: JobCondition, type: string): boolean =>
  each.type === type && each.status === 'True';

/** Whether the job has ended, well or badly. */
export function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    (each) => isTrue(each, 'Complete') || isTrue(each, 'Failed'),
  );
}

/** The end that was announced before. */
export function announcedEnd({ status }: Job): JobEnd | undefined {
  for (const type of ['Complete', 'Failed'] as const) {
    const found = status?.conditions?.find((each) => isTrue(each, announcing[type]));
    if (found !== undefined)
      return { type, reason: found.reason ?? '', message: found.message ?? '' };
  }
  return undefined;
}

/** The conditions with one more of status True; one that is there already stays as it is. */
export function withJobCondition(
  conditions: readonly JobCondition[] = [],
  { type, reason, message }: { readonly type: string; reason: string; message: string },
  now: Date,
): JobCondition[] {
  if (conditions.some((each) => isTrue(each, type))) return [...conditions];
  const time = timeText(now);
  const fresh: JobCondition = {
    type,
    status: 'True',
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message,
  };
  return [...conditions.filter((each) => each.type !== type), fresh];
}

/** The status of a job that goes on: no longer suspended, its time begins when it was. */
export function resumed(status: JobStatus, now: Date): JobStatus {
  const time = timeText(now);
  if (!isSuspended(status)) return status;
  const conditions = status.conditions?.map((each) =>
    each.type === 'Suspended'
      ? {
          ...each,
          status: 'False' as const,
          reason: 'JobResumed',
          message: 'Job resumed',
          lastProbeTime: time,
          lastTransitionTime: time,
        }
      : each,
  );
  return { ...status, startTime: time, ...(conditions === undefined ? {} : { conditions }) };
}

/** Whether the status says that the job is suspended. */
export function isSuspended({ conditions = [] }: JobStatus): boolean {
  return conditions.some((each) => isTrue(each, 'Suspended'));
}
