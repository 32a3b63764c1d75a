import type { Condition } from '../../lib/kube/index.ts';
import type { Pod } from './objects.ts';

/** Neither ended nor going: it counts for its owner. */
export function isActive(pod: Pod): boolean {
  return (
    pod.status?.phase !== 'Succeeded' &&
    pod.status?.phase !== 'Failed' &&
    pod.metadata.deletionTimestamp === undefined
  );
}

/** The Ready condition, when the runtime has written one. */
export function readyCondition(pod: Pod): Condition | undefined {
  return pod.status?.conditions?.find((each) => each.type === 'Ready');
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** Milliseconds until a ready pod counts as available: 0 now, undefined while it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(condition.lastTransitionTime ?? now.toISOString());
  return Math.max(0, since + minReadySeconds * 1000 - now.getTime());
}

/** Milliseconds until the next pod becomes available by time alone; undefined: none will. */
export function nextAvailableMs(
  pods: readonly Pod[],
  minReadySeconds: number,
  now: Date,
): number | undefined {
  const waits = pods.map((pod) => availableInMs(pod, minReadySeconds, now) ?? 0);
  const later = waits.filter((each) => each > 0);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** Which pods of a replica set to remove first: unscheduled, pending, not ready, young ones. */
export function byDispensability(left: Pod, right: Pod): number {
  return (
    Number(left.spec.nodeName !== undefined) - Number(right.spec.nodeName !== undefined) ||
    phaseRank(left) - phaseRank(right) ||
    Number(isReady(left)) - Number(isReady(right)) ||
    restarts(right) - restarts(left) ||
    createdAt(right) - createdAt(left) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

function phaseRank(pod: Pod): number {
  return { Pending: 0, Unknown: 1, Running: 2 }[pod.status?.phase ?? 'Pending'] ?? 2;
}

function restarts(pod: Pod): number {
  return Math.max(
    0,
    ...(pod.status?.containerStatuses ?? []).map((each) => each.restartCount ?? 0),
  );
}

function createdAt(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
