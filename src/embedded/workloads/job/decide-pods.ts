import type { Pod } from '../objects.ts';
import { byDispensability } from '../pod-state.ts';
import { endOf, type Count } from './count-pods.ts';
import { countOf, failureCountKey, ignoredCountKey, indexOf } from './indexes.ts';
import { isIndexed, type Job } from './job-object.ts';

/** A pod that is missing. */
export interface PodToMake {
  readonly index?: number;
  /** Earlier failures of its index, where they are counted by index. */
  readonly failures?: number;
  readonly ignored?: number;
}

export interface PodsPlan {
  readonly create: readonly PodToMake[];
  readonly remove: readonly Pod[];
  /** Milliseconds until a pod that is held back after a failure may come. */
  readonly waitMs?: number;
}

/** First wait after a failed pod; doubles with every further one. */
const firstBackoffMs = 10_000;
const maxBackoffMs = 600_000;

/** Which pods a job that goes on lacks, and which it has too many. Pure. */
export function decidePods(job: Job, count: Count): PodsPlan {
  return isIndexed(job) ? indexedPods(job, count) : plainPods(job, count);
}

function plainPods(job: Job, count: Count): PodsPlan {
  const { active, succeeded } = count;
  const { parallelism = 1, completions } = job.spec;
  // Without completions the pods agree among themselves: once one has succeeded, no new one starts.
  const unbounded = succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
  const open =
    completions === undefined ? unbounded : Math.min(parallelism, completions - succeeded);
  const missing = Math.max(0, open - active.length - heldPlaces(job, count));
  const waitMs = missing > 0 ? backoffLeftMs(count) : 0;
  const tooMany = Math.max(0, active.length - Math.max(0, open));
  return {
    create: waitMs > 0 ? [] : Array.from({ length: missing }, () => ({})),
    remove: active.toSorted(byDispensability).slice(0, tooMany),
    ...(waitMs > 0 ? { waitMs } : {}),
  };
}

/** With this policy a pod on its way out keeps its place until it has ended. */
function heldPlaces({ spec }: Job, { terminating }: Count): number {
  return spec.podReplacementPolicy === 'Failed' ? terminating : 0;
}

/** How long to hold back the next pod after failures, counted from the last pod that failed. */
function backoffLeftMs({ all, failures, failed, now }: Count): number {
  const counted = failures.filter(({ action }) => action !== 'Ignore').map(({ pod }) => pod);
  const successes = all.filter(({ status }) => status?.phase === 'Succeeded').map(endOf);
  const lastSuccess = Math.max(0, ...successes);
  const after = counted.map(endOf).filter((each) => each > lastSuccess);
  if (after.length === 0) return 0;
  return waitAfter(Math.max(...after), lastSuccess > 0 ? after.length : failed, now);
}

function waitAfter(endedAt: number, failures: number, now: Date): number {
  const wait = Math.min(firstBackoffMs * 2 ** Math.max(0, failures - 1), maxBackoffMs);
  return Math.max(0, endedAt + wait - now.getTime());
}

function indexedPods(job: Job, count: Count): PodsPlan {
  const { completions = 0, parallelism = 1 } = job.spec;
  const { keep, remove } = sortActive(completions, count);
  const done = count.completedIndexes.size + count.failedIndexes.size;
  const room = Math.min(parallelism, completions - done);
  const surplus = keep.toSorted(byDispensability).slice(0, Math.max(0, keep.length - room));
  const places = Math.max(0, room - keep.length - heldPlaces(job, count));
  const { create, waits } = fill(job, count, openIndexes(job, count, keep), places);
  const waitMs = waits.length === 0 ? {} : { waitMs: Math.min(...waits) };
  return { create, remove: [...remove, ...surplus], ...waitMs };
}

/** Indexes that have neither an end nor a pod, the lowest first. */
function openIndexes({ spec }: Job, count: Count, keep: readonly Pod[]): number[] {
  const { completedIndexes, failedIndexes } = count;
  const going = spec.podReplacementPolicy === 'Failed' ? goingIndexes(count) : new Set();
  const taken = new Set(keep.map(indexOf));
  return Array.from({ length: spec.completions ?? 0 }, (_, index) => index).filter(
    (index) =>
      !completedIndexes.has(index) &&
      !failedIndexes.has(index) &&
      !taken.has(index) &&
      !going.has(index),
  );
}

/** Takes as many indexes as there are places, except those that are held back. */
function fill(
  { spec }: Job,
  count: Count,
  open: readonly number[],
  places: number,
): { readonly create: PodToMake[]; readonly waits: number[] } {
  const waitMs = places > 0 ? backoffLeftMs(count) : 0;
  const create: PodToMake[] = [];
  const waits: number[] = [];
  for (const index of open) {
    if (create.length === places) break;
    const isOwn = spec.backoffLimitPerIndex !== undefined;
    const next = isOwn ? nextOf(index, count) : { pod: { index }, waitMs };
    if (next.waitMs > 0) waits.push(next.waitMs);
    else create.push(next.pod);
  }
  return { create, waits };
}

/** One pod for each index is enough; one without, or beyond the completions, is one too many. */
function sortActive(completions: number, count: Count): { keep: Pod[]; remove: Pod[] } {
  const keep: Pod[] = [];
  const remove: Pod[] = [];
  const seen = new Set<number>();
  for (const pod of count.active.toSorted(byDispensability).toReversed()) {
    const index = indexOf(pod);
    const isNeeded = index !== undefined && index < completions && !seen.has(index);
    if (isNeeded) seen.add(index);
    (isNeeded ? keep : remove).push(pod);
  }
  return { keep, remove };
}

function goingIndexes({ all }: Count): Set<number | undefined> {
  const going = all.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp !== undefined &&
      !['Failed', 'Succeeded'].includes(status?.phase ?? ''),
  );
  return new Set(going.map(indexOf));
}

/** The next pod of an index that counts its own failures: it knows how many there were. */
function nextOf(index: number, { failures, now }: Count): { pod: PodToMake; waitMs: number } {
  const mine = failures
    .filter(({ pod }) => indexOf(pod) === index)
    .toSorted((a, b) => totalOf(a.pod) - totalOf(b.pod));
  const last = mine.at(-1);
  if (last === undefined) return { pod: { index, failures: 0 }, waitMs: 0 };
  const isIgnored = last.action === 'Ignore';
  const failed = countOf(last.pod, failureCountKey) + (isIgnored ? 0 : 1);
  const ignored = countOf(last.pod, ignoredCountKey) + (isIgnored ? 1 : 0);
  return {
    pod: { index, failures: failed, ...(ignored > 0 ? { ignored } : {}) },
    waitMs: waitAfter(endOf(last.pod), failed + ignored, now),
  };
}

function totalOf(pod: Pod): number {
  return countOf(pod, failureCountKey) + countOf(pod, ignoredCountKey);
}
