import { failed, part, progressing, ready } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when it is bound. */
export const persistentVolumeClaim: HealthCheck = (object) => {
  const { phase } = part(object, 'status');
  if (phase === 'Bound') return ready('bound');
  if (phase === 'Lost') return failed('the volume is lost');
  return progressing('not bound');
};
