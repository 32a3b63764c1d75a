import type { KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { resourceOf } from '../registry/registry.ts';
import {
  bindingErrors,
  bindingUpdateErrors,
  priorityClassUpdateErrors,
  storageClassErrors,
  storageClassUpdateErrors,
  webhookErrors,
} from './cluster.ts';
import { crdErrors } from './crd.ts';
import { validateMeta, validateMetaUpdate } from './meta.ts';
import {
  autoscalerErrors,
  budgetErrors,
  claimErrors,
  claimUpdateErrors,
  dataErrors,
  dataUpdateErrors,
  eventErrors,
  ingressErrors,
  serviceErrors,
  serviceUpdateErrors,
} from './others.ts';
import {
  cronJobErrors,
  jobErrors,
  jobUpdateErrors,
  podErrors,
  podUpdateErrors,
  replicationControllerErrors,
  workloadErrors,
  workloadUpdateErrors,
} from './workloads.ts';

type Check = (object: KubeObject) => FieldError[];
type UpdateCheck = (object: KubeObject, old: KubeObject) => FieldError[];

const checks: Readonly<Record<string, Check>> = {
  ClusterRoleBinding: bindingErrors,
  ConfigMap: dataErrors,
  CronJob: cronJobErrors,
  CustomResourceDefinition: crdErrors,
  DaemonSet: workloadErrors,
  Deployment: workloadErrors,
  Event: eventErrors,
  HorizontalPodAutoscaler: autoscalerErrors,
  Ingress: ingressErrors,
  Job: jobErrors,
  MutatingWebhookConfiguration: webhookErrors,
  PersistentVolumeClaim: claimErrors,
  Pod: podErrors,
  PodDisruptionBudget: budgetErrors,
  ReplicaSet: workloadErrors,
  ReplicationController: replicationControllerErrors,
  RoleBinding: bindingErrors,
  Secret: dataErrors,
  Service: serviceErrors,
  StatefulSet: workloadErrors,
  StorageClass: storageClassErrors,
  ValidatingWebhookConfiguration: webhookErrors,
};

const updateChecks: Readonly<Record<string, UpdateCheck>> = {
  ClusterRoleBinding: bindingUpdateErrors,
  ConfigMap: dataUpdateErrors,
  DaemonSet: workloadUpdateErrors,
  Deployment: workloadUpdateErrors,
  Job: jobUpdateErrors,
  PersistentVolumeClaim: claimUpdateErrors,
  Pod: podUpdateErrors,
  PriorityClass: priorityClassUpdateErrors,
  ReplicaSet: workloadUpdateErrors,
  RoleBinding: bindingUpdateErrors,
  Secret: dataUpdateErrors,
  Service: serviceUpdateErrors,
  StatefulSet: workloadUpdateErrors,
  StorageClass: storageClassUpdateErrors,
};

/** Complaints about a new built-in object, metadata included; call it on the stored version, after defaulting. */
export function validateCreate(object: KubeObject): FieldError[] {
  const resource = resourceOf(object.apiVersion, object.kind);
  if (resource === undefined) return [];
  return [...validateMeta(object, resource), ...(checks[object.kind]?.(object) ?? [])];
}

/**
 * Complaints about a change of a built-in object, metadata included. On a subresource only metadata is
 * looked at: its endpoint takes nothing of the spec.
 */
export function validateUpdate(
  object: KubeObject,
  old: KubeObject,
  subresource?: string,
): FieldError[] {
  const resource = resourceOf(object.apiVersion, object.kind);
  if (resource === undefined) return [];
  const meta = [...validateMetaUpdate(object, old), ...validateMeta(object, resource)];
  if (subresource !== undefined) return meta;
  return [
    ...meta,
    ...(checks[object.kind]?.(object) ?? []),
    ...(updateChecks[object.kind]?.(object, old) ?? []),
  ];
}
