import type { Condition } from '../kube/index.ts';

/**
 * The list with this condition in its place (or at the end). `lastTransitionTime` changes only when
 * the status does, as the API conventions ask.
 */
export function setCondition(
  conditions: readonly Condition[],
  condition: Condition,
  now: Date,
): Condition[] {
  const before = conditions.find((each) => each.type === condition.type);
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const lastTransitionTime =
    before?.status === condition.status ? (before.lastTransitionTime ?? time) : time;
  const next: Condition = { ...condition, lastTransitionTime };
  return before === undefined
    ? [...conditions, next]
    : conditions.map((each) => (each.type === condition.type ? next : each));
}
