import { conditionOf, withCondition, withoutCondition } from '../conditions.ts';
import type { Pod, ReplicaSet, ReplicaSetStatus } from '../objects.ts';
import {
  availableInMs,
  byDispensability,
  isActive,
  isReady,
  nextAvailableMs,
} from '../pod-state.ts';
import { timeText } from '../time.ts';

export interface ReplicaSetPlan {
  /** How many pods to create. */
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** How many pods are missing or too many. Pure. */
export function decideReplicaSet(set: ReplicaSet, pods: readonly Pod[]): ReplicaSetPlan {
  if (set.metadata.deletionTimestamp !== undefined) return { create: 0, remove: [] };
  const active = pods.filter(isActive);
  const missing = (set.spec.replicas ?? 1) - active.length;
  return {
    create: Math.max(0, missing),
    remove: missing < 0 ? active.toSorted(byDispensability).slice(0, -missing) : [],
  };
}

/** The status, and when to look again because a ready pod becomes available by time alone. Pure. */
export function replicaSetStatus(
  set: ReplicaSet,
  pods: readonly Pod[],
  failure: string | undefined,
  now: Date,
): { readonly status: ReplicaSetStatus; readonly recheckMs: number | undefined } {
  const active = pods.filter(isActive);
  const { minReadySeconds = 0 } = set.spec;
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  const conditions = set.status?.conditions ?? [];
  const next =
    failure === undefined
      ? withoutCondition(conditions, 'ReplicaFailure')
      : withCondition(
          conditions,
          { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure },
          timeText(now),
        );
  return {
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.filter((pod) =>
        labels.every(([key, value]) => pod.metadata.labels?.[key] === value),
      ).length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas: active.filter((pod) => availableInMs(pod, minReadySeconds, now) === 0)
        .length,
      observedGeneration: set.metadata.generation ?? 0,
      ...(next.length > 0 || conditionOf(conditions, 'ReplicaFailure') ? { conditions: next } : {}),
    },
    recheckMs: nextAvailableMs(active, minReadySeconds, now),
  };
}
