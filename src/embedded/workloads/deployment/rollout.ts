import type { Deployment, ReplicaSet } from '../objects.ts';

/** How many pods a rollout may have too many or too few; both resolved from counts or percentages. */
export interface Room {
  readonly surge: number;
  readonly unavailable: number;
}

/** Resolves maxSurge (rounded up) and maxUnavailable (rounded down, but never both 0). */
export function roomOf(deployment: Deployment): Room {
  if (deployment.spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } =
    deployment.spec.strategy?.rollingUpdate ?? {};
  const replicas = deployment.spec.replicas ?? 1;
  const surge = resolve(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(resolve(maxUnavailable, replicas, Math.floor), replicas);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function resolve(value: number | string, of: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? Number(value) || 0 : round((Number(percent) * of) / 100);
}

const wanted = (set: ReplicaSet): number => set.spec.replicas ?? 0;
const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;

/** Pods that replica sets ask for together. */
export function totalWanted(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, each) => sum + wanted(each), 0);
}

function totalAvailable(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, each) => sum + available(each), 0);
}

/** How many replicas the newest replica set shall have next; `freshWanted` are those it has now. */
export function nextFreshReplicas(
  deployment: Deployment,
  freshWanted: number,
  oldSets: readonly ReplicaSet[],
): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate' || freshWanted > replicas) return replicas;
  const free = replicas + roomOf(deployment).surge - freshWanted - totalWanted(oldSets);
  return free <= 0 ? freshWanted : freshWanted + Math.min(free, replicas - freshWanted);
}

/**
 * How many replicas the older replica sets shall have next, by name: unhealthy pods go first, then as
 * many as the minimum of available pods allows. Only sets that change are named.
 */
export function nextOldReplicas(
  deployment: Deployment,
  fresh: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): Map<string, number> {
  const next = new Map(oldSets.map((each) => [each.metadata.name, wanted(each)]));
  const minAvailable = (deployment.spec.replicas ?? 1) - roomOf(deployment).unavailable;
  const all = [fresh, ...oldSets];
  const freshUnavailable = wanted(fresh) - available(fresh);
  let mayGo = totalWanted(all) - minAvailable - freshUnavailable;
  for (const set of oldSets) {
    const sick = Math.max(0, wanted(set) - available(set));
    const going = Math.min(Math.max(0, mayGo), sick);
    next.set(set.metadata.name, wanted(set) - going);
    mayGo -= going;
  }
  // What replica sets report may lag behind what was asked of them, so the first bound holds here too.
  let spare = Math.min(totalAvailable(all) - minAvailable, mayGo);
  for (const set of oldSets) {
    const left = next.get(set.metadata.name) ?? 0;
    const going = Math.min(Math.max(0, spare), left);
    next.set(set.metadata.name, left - going);
    spare -= going;
  }
  for (const set of oldSets)
    if (next.get(set.metadata.name) === wanted(set)) next.delete(set.metadata.name);
  return next;
}

/** Spreads a change of `replicas` in the middle of a rollout over the active replica sets, by their size. */
export function proportionalReplicas(
  deployment: Deployment,
  active: readonly ReplicaSet[],
): Map<string, number> {
  const replicas = deployment.spec.replicas ?? 1;
  const allowed = replicas > 0 ? replicas + roomOf(deployment).surge : 0;
  const before = totalWanted(active);
  let left = allowed - before;
  const sorted = active.toSorted((a, b) => wanted(b) - wanted(a));
  const next = new Map<string, number>();
  for (const set of sorted) {
    const exact = Math.round((wanted(set) * allowed) / Math.max(1, before)) - wanted(set);
    const share =
      left > 0 ? Math.min(Math.max(exact, 0), left) : Math.max(Math.min(exact, 0), left);
    next.set(set.metadata.name, wanted(set) + share);
    left -= share;
  }
  const largest = sorted[0];
  if (largest !== undefined && left !== 0)
    next.set(largest.metadata.name, Math.max(0, (next.get(largest.metadata.name) ?? 0) + left));
  return next;
}
