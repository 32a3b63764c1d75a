import type { Condition } from '../../lib/kube/index.ts';

interface News {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

/** The condition of a type. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

/**
 * The list with one condition set. lastTransitionTime moves only when the status changes, and nothing
 * changes when status and reason are the same, which is Kubernetes' rule for workloads.
 */
export function withCondition(
  conditions: readonly Condition[],
  { type, status, reason, message }: News,
  now: string,
): Condition[] {
  const before = conditionOf(conditions, type);
  if (before?.status === status && before.reason === reason) return [...conditions];
  const next: Condition = {
    type,
    status,
    lastUpdateTime: now,
    lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
    reason,
    message,
  };
  return [...conditions.filter((each) => each.type !== type), next];
}

/** The list without a condition. */
export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((each) => each.type !== type);
}
