import { count, isObserved, part, progressing, ready } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when every node that should run the pod runs the newest one. */
export const daemonSet: HealthCheck = (object) => {
  if (!isObserved(object)) return progressing('the newest spec has not been looked at');
  const status = part(object, 'status');
  const wanted = count(status, 'desiredNumberScheduled');
  const updated = count(status, 'updatedNumberScheduled');
  if (updated < wanted) return progressing(`${updated} of ${wanted} nodes are updated`);
  const available = count(status, 'numberAvailable');
  if (available < wanted) return progressing(`${available} of ${wanted} nodes are available`);
  return ready(`${available} nodes are available`);
};
