import { conditionOf, count, failed, part, progressing, ready, said } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when it has completed (or is suspended by its owner's wish). */
export const job: HealthCheck = (object) => {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True') return failed(said(failure));
  if (conditionOf(object, 'Complete')?.status === 'True') return ready('completed');
  if (conditionOf(object, 'Suspended')?.status === 'True') return ready('suspended');
  const status = part(object, 'status');
  return progressing(`${count(status, 'active')} running, ${count(status, 'succeeded')} succeeded`);
};
