import {
  conditionOf,
  count,
  failed,
  isObserved,
  part,
  progressing,
  ready,
  said,
} from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when every wanted replica is updated and available and no old one is left. */
export const deployment: HealthCheck = (object) => {
  const stuck = conditionOf(object, 'Progressing');
  if (stuck?.status === 'False') return failed(said(stuck));
  const refused = conditionOf(object, 'ReplicaFailure');
  if (refused?.status === 'True') return failed(said(refused));
  if (!isObserved(object)) return progressing('the newest spec has not been looked at');
  const status = part(object, 'status');
  const wanted = count(part(object, 'spec'), 'replicas', 1);
  const updated = count(status, 'updatedReplicas');
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas are updated`);
  const old = count(status, 'replicas') - updated;
  if (old > 0) return progressing(`${old} old replicas are still there`);
  const available = count(status, 'availableReplicas');
  if (available < wanted) return progressing(`${available} of ${wanted} replicas are available`);
  return ready(`${available} of ${wanted} replicas are available`);
};
