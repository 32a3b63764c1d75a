import { isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { conditionOf, failed, part, progressing, ready } from './health.ts';
import type { HealthCheck } from './health.ts';

const hopeless = new Set([
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'RunContainerError',
]);

/** Ready when it serves or has succeeded; failed when it cannot start. */
export const pod: HealthCheck = (object) => {
  const status = part(object, 'status');
  if (status['phase'] === 'Succeeded') return ready('succeeded');
  if (status['phase'] === 'Failed') return failed(textOr(status['message'], 'failed'));
  const waiting = waitingReason(object);
  if (waiting !== undefined) return failed(waiting);
  if (conditionOf(object, 'Ready')?.status === 'True') return ready('running');
  return progressing(textOr(status['phase'], 'Pending'));
};

function waitingReason(object: KubeObject): string | undefined {
  const status = part(object, 'status');
  for (const list of ['initContainerStatuses', 'containerStatuses']) {
    const statuses = status[list];
    for (const each of Array.isArray(statuses) ? (statuses as unknown[]) : []) {
      const state = isRecord(each) && isRecord(each['state']) ? each['state'] : {};
      const waiting = isRecord(state['waiting']) ? state['waiting'] : {};
      const reason = waiting['reason'];
      if (typeof reason === 'string' && hopeless.has(reason)) {
        return `${reason}: ${textOr(waiting['message'], 'no message')}`;
      }
    }
  }
  return undefined;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
