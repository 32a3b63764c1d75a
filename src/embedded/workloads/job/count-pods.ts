import type { Pod } from '../objects.ts';
import { isActive, isReady } from '../pod-state.ts';
import { countOf, failureCountKey, indexOf, parseIndexes } from './indexes.ts';
import { meaningOf, type FailureMeaning } from './failure-policy.ts';
import { isIndexed, type Job } from './job-object.ts';

/** The pods of a job, counted. */
export interface Count {
  readonly now: Date;
  readonly active: readonly Pod[];
  /** On their way out, not ended yet. */
  readonly terminating: number;
  readonly ready: number;
  readonly succeeded: number;
  /** Without those that a policy ignores. */
  readonly failed: number;
  /** Failed pods that are still there, with what they mean. */
  readonly failures: ReadonlyArray<{ readonly pod: Pod } & FailureMeaning>;
  readonly all: readonly Pod[];
  /** For a job whose pods have indexes. */
  readonly completedIndexes: ReadonlySet<number>;
  /** Indexes that are given up; only where failures are counted by index. */
  readonly failedIndexes: ReadonlySet<number>;
}

/** Counts what is there, together with what the status remembers of pods that were removed. Pure. */
export function countPods(job: Job, all: readonly Pod[], now: Date): Count {
  const { status = {} } = job;
  const active = all.filter(isActive);
  const ended = (phase: string): Pod[] => all.filter((pod) => pod.status?.phase === phase);
  const failures = ended('Failed').map((pod) => ({ pod, ...meaningOf(job, pod) }));
  const counted = failures.filter(({ action }) => action !== 'Ignore').length;
  const completedIndexes = completedOf(job, ended('Succeeded'));
  return {
    now,
    all,
    active,
    failures,
    terminating: all.filter(
      (pod) =>
        pod.metadata.deletionTimestamp !== undefined &&
        !['Failed', 'Succeeded'].includes(pod.status?.phase ?? ''),
    ).length,
    ready: active.filter(isReady).length,
    succeeded: isIndexed(job)
      ? completedIndexes.size
      : Math.max(ended('Succeeded').length, status.succeeded ?? 0),
    failed: Math.max(counted, status.failed ?? 0),
    completedIndexes,
    failedIndexes: failedOf(job, failures),
  };
}

function completedOf(job: Job, succeeded: readonly Pod[]): Set<number> {
  const { completions = 0 } = job.spec;
  if (!isIndexed(job)) return new Set();
  const before = parseIndexes(job.status?.completedIndexes, completions);
  return withIndexes(before, succeeded, completions);
}

function failedOf({ spec, status }: Job, failures: Count['failures']): Set<number> {
  const { backoffLimitPerIndex: limit, completions = 0 } = spec;
  if (limit === undefined) return new Set();
  const before = parseIndexes(status?.failedIndexes, completions);
  const final = failures.filter(
    ({ pod, action }) =>
      action === 'FailIndex' || (action === 'Count' && countOf(pod, failureCountKey) >= limit),
  );
  return withIndexes(
    before,
    final.map(({ pod }) => pod),
    completions,
  );
}

function withIndexes(before: Set<number>, pods: readonly Pod[], limit: number): Set<number> {
  const found = new Set(before);
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index !== undefined && index < limit) found.add(index);
  }
  return found;
}

/** When a pod ended, in milliseconds. */
export function endOf(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map((each) => {
    const state = each['state'] as { terminated?: { finishedAt?: string } } | undefined;
    return Date.parse(state?.terminated?.finishedAt ?? '');
  });
  const known = times.filter((each) => !Number.isNaN(each));
  return Math.max(...known, Date.parse(pod.metadata.creationTimestamp ?? '') || 0);
}
