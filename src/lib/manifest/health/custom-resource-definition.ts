import { conditionOf, failed, progressing, ready, said } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when its kind is served. */
export const customResourceDefinition: HealthCheck = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(said(names));
  return conditionOf(object, 'Established')?.status === 'True'
    ? ready('established')
    : progressing('not established');
};
