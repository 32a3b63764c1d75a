import type { JsonRecord, Kind, KubeObject, ObjectMeta } from '../../base/index.ts';
import type { Job } from './job/job-object.ts';
import { kinds, type Condition, type LabelSelector } from '../../lib/kube/index.ts';

/** Only what the loops read of a pod's spec; everything else passes through untouched. */
export interface PodSpec extends JsonRecord {
  nodeName?: string;
  schedulerName?: string;
  schedulingGates?: unknown[];
  restartPolicy?: string;
  hostNetwork?: boolean;
  hostname?: string;
  subdomain?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  containers: ContainerSpec[];
  initContainers?: ContainerSpec[];
  volumes?: Array<JsonRecord & { name: string }>;
}

export interface ContainerSpec extends JsonRecord {
  name: string;
  image?: string;
  ports?: Array<{ name?: string; containerPort: number; protocol?: string }>;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface PodTemplate {
  metadata?: Partial<ObjectMeta>;
  spec: PodSpec;
}

export interface ContainerStatus extends JsonRecord {
  name: string;
  ready?: boolean;
  restartCount?: number;
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: Array<{ ip: string }>;
    hostIP?: string;
    startTime?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ReplicaSet extends KubeObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector: LabelSelector;
    template: PodTemplate;
  };
  status?: ReplicaSetStatus;
}

export interface ReplicaSetStatus {
  replicas?: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  observedGeneration?: number;
  conditions?: Condition[];
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy?: {
      type?: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    paused?: boolean;
  };
  status?: DeploymentStatus;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  collisionCount?: number;
  conditions?: Condition[];
}

export interface StatefulSet extends KubeObject {
  spec: {
    replicas?: number;
    serviceName?: string;
    selector: LabelSelector;
    template: PodTemplate;
    podManagementPolicy?: string;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    ordinals?: { start?: number };
    volumeClaimTemplates?: KubeObject[];
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  };
  status?: StatefulSetStatus;
}

export interface StatefulSetStatus {
  observedGeneration?: number;
  replicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  currentReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  collisionCount?: number;
}

export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    updateStrategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string } };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
  };
  status?: DaemonSetStatus;
}

export interface DaemonSetStatus {
  observedGeneration?: number;
  desiredNumberScheduled: number;
  currentNumberScheduled: number;
  numberMisscheduled: number;
  numberReady: number;
  numberAvailable?: number;
  numberUnavailable?: number;
  updatedNumberScheduled?: number;
}

/** A template of a StatefulSet or DaemonSet as it was at one time. */
export interface ControllerRevision extends KubeObject {
  revision: number;
  data?: { spec?: { template?: PodTemplate } };
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: string;
  appProtocol?: string;
}

export interface Service extends KubeObject {
  spec: {
    type?: string;
    clusterIP?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
    publishNotReadyAddresses?: boolean;
  };
  status?: { loadBalancer?: { ingress?: Array<{ ip: string }> } };
}

export interface EndpointAddress {
  ip: string;
  nodeName?: string;
  hostname?: string;
  targetRef?: { kind: string; namespace: string; name: string; uid: string };
}

export interface EndpointPort {
  name?: string;
  port: number;
  protocol: string;
}

export interface EndpointSubset {
  addresses?: EndpointAddress[];
  notReadyAddresses?: EndpointAddress[];
  ports?: EndpointPort[];
}

export interface Endpoints extends KubeObject {
  subsets?: EndpointSubset[];
}

export interface EndpointSlice extends KubeObject {
  addressType: string;
  endpoints: Array<{
    addresses: string[];
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
    nodeName?: string;
    hostname?: string;
    targetRef?: EndpointAddress['targetRef'];
  }>;
  ports: Array<{ name?: string; port?: number; protocol?: string }>;
}

export interface Node extends KubeObject {
  spec?: {
    unschedulable?: boolean;
    taints?: Array<{ key: string; value?: string; effect: string }>;
  };
  status?: JsonRecord & { allocatable?: Record<string, string>; conditions?: Condition[] };
}

export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: Condition[] };
}

/** Drops what no loop reads, so that a shared cache stays small. */
function slim<O extends KubeObject>(raw: unknown): O {
  const object = raw as O;
  delete object.metadata.managedFields;
  return object;
}

function slimKind<O extends KubeObject>(kind: Kind): Kind<O> {
  return { ...kind, parse: (raw) => slim<O>(raw) } as Kind<O>;
}

/** The older API names labels where the newer one has a selector; here both have one. */
function controllerShape(raw: unknown): ReplicaSet {
  const { spec, ...rest } = slim<KubeObject & { spec: ReplicaSet['spec'] }>(raw);
  const matchLabels = (spec.selector ?? {}) as Record<string, string>;
  return { ...rest, spec: { ...spec, selector: { matchLabels } } };
}

interface Shapes {
  readonly Pod: Kind<Pod>;
  /** A ReplicationController seen as a ReplicaSet. Never write its spec. */
  readonly ReplicationController: Kind<ReplicaSet>;
  readonly ReplicaSet: Kind<ReplicaSet>;
  readonly Deployment: Kind<Deployment>;
  readonly Job: Kind<Job>;
  readonly StatefulSet: Kind<StatefulSet>;
  readonly DaemonSet: Kind<DaemonSet>;
  readonly ControllerRevision: Kind<ControllerRevision>;
  readonly Service: Kind<Service>;
  readonly Endpoints: Kind<Endpoints>;
  readonly EndpointSlice: Kind<EndpointSlice>;
  readonly Node: Kind<Node>;
  readonly Namespace: Kind<Namespace>;
}

/** The kinds of the loops, with their shapes. */
export const shapes: Shapes = {
  Pod: slimKind(kinds.Pod),
  ReplicationController: {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    namespaced: true,
    parse: controllerShape,
  },
  ReplicaSet: slimKind(kinds.ReplicaSet),
  Deployment: slimKind(kinds.Deployment),
  Job: slimKind(kinds.Job),
  StatefulSet: slimKind(kinds.StatefulSet),
  DaemonSet: slimKind(kinds.DaemonSet),
  ControllerRevision: slimKind({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    namespaced: true,
  }),
  Service: slimKind(kinds.Service),
  Endpoints: slimKind(kinds.Endpoints),
  EndpointSlice: slimKind(kinds.EndpointSlice),
  Node: slimKind(kinds.Node),
  Namespace: slimKind(kinds.Namespace),
};
