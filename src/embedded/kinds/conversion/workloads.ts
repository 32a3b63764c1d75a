import type { KubeObject } from '../../../base/index.ts';
import { recordAt } from '../records.ts';

/** Fields of old Deployments and DaemonSets that apps/v1 does not have: asking for a roll back, a counter. */
const dropped = ['rollbackTo', 'templateGeneration'];

/** An old workload as apps/v1. */
export function workloadToV1(workload: KubeObject): KubeObject {
  const spec = recordAt(workload, 'spec');
  for (const field of dropped) delete spec[field];
  return workload;
}

/** apps/v1 fits the old versions as it is. */
export function workloadFromV1(workload: KubeObject): KubeObject {
  return workload;
}
