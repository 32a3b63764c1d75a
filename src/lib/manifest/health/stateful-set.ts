import { isRecord } from '../../../base/index.ts';
import { count, isObserved, part, progressing, ready } from './health.ts';
import type { HealthCheck } from './health.ts';

/** Ready when all replicas are, and those above the partition run the newest revision. */
export const statefulSet: HealthCheck = (object) => {
  if (!isObserved(object)) return progressing('the newest spec has not been looked at');
  const spec = part(object, 'spec');
  const status = part(object, 'status');
  const wanted = count(spec, 'replicas', 1);
  const readyReplicas = count(status, 'readyReplicas');
  if (readyReplicas < wanted)
    return progressing(`${readyReplicas} of ${wanted} replicas are ready`);
  const strategy = isRecord(spec['updateStrategy']) ? spec['updateStrategy'] : {};
  if (strategy['type'] === 'OnDelete') return ready(`${readyReplicas} replicas are ready`);
  const rolling = isRecord(strategy['rollingUpdate']) ? strategy['rollingUpdate'] : {};
  const due = Math.max(0, wanted - count(rolling, 'partition'));
  const isNew = status['currentRevision'] === status['updateRevision'];
  const updated = count(status, 'updatedReplicas');
  if (!isNew && updated < due) return progressing(`${updated} of ${due} replicas are updated`);
  return ready(`${readyReplicas} replicas are ready`);
};
