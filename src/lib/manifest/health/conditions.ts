import { conditionOf, failed, isObserved, progressing, ready, said } from './health.ts';
import type { HealthCheck } from './health.ts';

/**
 * Any other kind: what its `Stalled`, `Ready` or `Available` conditions say. A kind without them has
 * nothing to wait for and is ready once it is there.
 */
export const conditions: HealthCheck = (object) => {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return failed(said(stalled));
  const told = conditionOf(object, 'Ready') ?? conditionOf(object, 'Available');
  if (told === undefined) return ready();
  if (told.status === 'True') return ready(said(told));
  if (told.status === 'False' && isObservedOrUnknown(object)) return failed(said(told));
  return progressing(said(told));
};

function isObservedOrUnknown(object: Parameters<HealthCheck>[0]): boolean {
  const status = object['status'] as { observedGeneration?: number } | undefined;
  return status?.observedGeneration === undefined || isObserved(object);
}
