import { conditionOf, failed, isObserved, part, progressing, ready, said } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when the newest spec is released; a failed chart fetch or release is a failure. */
export const helmRelease: HealthCheck = (object) => {
  if (!isObserved(object)) return progressing('the newest spec has not been looked at');
  for (const type of ['ChartFetched', 'Released', 'Deployed']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'False') return failed(said(condition));
  }
  const { phase, releaseStatus } = part(object, 'status');
  if (typeof phase === 'string' && /failed$/i.test(phase)) return failed(phase);
  if (conditionOf(object, 'Released')?.status === 'True' || releaseStatus === 'deployed') {
    return ready('released');
  }
  return progressing(typeof phase === 'string' && phase !== '' ? phase : 'not released yet');
};
