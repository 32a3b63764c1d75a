import type { KubeObject } from '../../../base/index.ts';
import { resourceOf } from '../registry/registry.ts';
import {
  defaultApiService,
  defaultAutoscaler,
  defaultClaim,
  defaultCsiDriver,
  defaultCustomResourceDefinition,
  defaultEndpointSlice,
  defaultEndpoints,
  defaultIngress,
  defaultLimitRange,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultPriorityClass,
  defaultRoleBinding,
  defaultSecret,
  defaultSigningRequest,
  defaultStorageClass,
  defaultVolumeObject,
  defaultWebhooks,
} from './others.ts';
import { defaultService } from './service.ts';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultPod,
  defaultReplicaSet,
  defaultStatefulSet,
} from './workloads.ts';

const byKind: Readonly<Record<string, (object: KubeObject) => void>> = {
  APIService: defaultApiService,
  ClusterRoleBinding: defaultRoleBinding,
  CronJob: defaultCronJob,
  CSIDriver: defaultCsiDriver,
  CertificateSigningRequest: defaultSigningRequest,
  CustomResourceDefinition: defaultCustomResourceDefinition,
  DaemonSet: defaultDaemonSet,
  Deployment: defaultDeployment,
  EndpointSlice: defaultEndpointSlice,
  Endpoints: defaultEndpoints,
  HorizontalPodAutoscaler: defaultAutoscaler,
  Ingress: defaultIngress,
  Job: defaultJob,
  LimitRange: defaultLimitRange,
  MutatingWebhookConfiguration: defaultWebhooks,
  Namespace: defaultNamespace,
  NetworkPolicy: defaultNetworkPolicy,
  PersistentVolume: defaultVolumeObject,
  PersistentVolumeClaim: defaultClaim,
  Pod: defaultPod,
  PodTemplate: defaultPod,
  PriorityClass: defaultPriorityClass,
  ReplicaSet: defaultReplicaSet,
  ReplicationController: defaultReplicaSet,
  RoleBinding: defaultRoleBinding,
  Secret: defaultSecret,
  Service: defaultService,
  StatefulSet: defaultStatefulSet,
  StorageClass: defaultStorageClass,
  ValidatingWebhookConfiguration: defaultWebhooks,
};

/**
 * Fills the defaults of a built-in object, in place, as the version in its apiVersion has them:
 * default before converting to the stored version. Other kinds are left alone.
 */
export function applyDefaults(object: KubeObject): void {
  if (resourceOf(object.apiVersion, object.kind) === undefined) return;
  byKind[object.kind]?.(object);
}
