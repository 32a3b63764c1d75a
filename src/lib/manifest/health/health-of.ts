import type { KubeObject } from '../../../base/index.ts';
import { conditions } from './conditions.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import type { Health, HealthCheck } from './health.ts';
import { progressing } from './health.ts';
import { helmRelease } from './helm-release.ts';
import { job } from './job.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { pod } from './pod.ts';
import { statefulSet } from './stateful-set.ts';

const checks: Readonly<Record<string, HealthCheck>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
  'helm.fluxcd.io/HelmRelease': helmRelease,
};

/** How any live object is doing, by its kind's own rule. An object that is being deleted is in progress. */
export function healthOf(object: KubeObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('being deleted');
  const slash = object.apiVersion.indexOf('/');
  const group = slash === -1 ? '' : object.apiVersion.slice(0, slash);
  return (checks[`${group}/${object.kind}`] ?? conditions)(object);
}
