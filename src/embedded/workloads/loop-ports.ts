import type { Clock, KubeObject, Logger, Run } from '../../base/index.ts';
import { recordEvent, type Cluster } from '../../lib/kube/index.ts';
import {
  shapes,
  type ControllerRevision,
  type DaemonSet,
  type Deployment,
  type EndpointSlice,
  type Endpoints,
  type Namespace,
  type Node,
  type Pod,
  type ReplicaSet,
  type Service,
  type StatefulSet,
} from './objects.ts';
import type { Job } from './job/job-object.ts';
import type { Served } from './served-kinds.ts';
import { storageShapes, type Claim } from './storage/storage-objects.ts';
import { createStore, type Store } from './store.ts';

/** One watch per kind, shared by all loops. */
export interface Stores {
  readonly pods: Store<Pod>;
  readonly replicaSets: Store<ReplicaSet>;
  /** ReplicationControllers, the elder brothers of replica sets. */
  readonly controllers: Store<ReplicaSet>;
  readonly deployments: Store<Deployment>;
  readonly jobs: Store<Job>;
  readonly statefulSets: Store<StatefulSet>;
  readonly daemonSets: Store<DaemonSet>;
  readonly revisions: Store<ControllerRevision>;
  readonly claims: Store<Claim>;
  readonly services: Store<Service>;
  readonly endpoints: Store<Endpoints>;
  readonly slices: Store<EndpointSlice>;
  readonly nodes: Store<Node>;
  readonly namespaces: Store<Namespace>;
}

/** Writes an event without making the loop wait for it. */
export type Tell = (
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => void;

/** What every loop is handed. */
export interface LoopPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly stores: Stores;
  /** The version of a kind that this API server serves. */
  readonly served: Served;
}

/** Opens the shared watches. */
export function openStores(cluster: Cluster, served: Served, run: Run): Stores {
  return {
    pods: createStore(cluster, shapes.Pod, run),
    replicaSets: createStore(cluster, shapes.ReplicaSet, run),
    controllers: createStore(cluster, shapes.ReplicationController, run),
    deployments: createStore(cluster, shapes.Deployment, run),
    jobs: createStore(cluster, shapes.Job, run),
    statefulSets: createStore(cluster, shapes.StatefulSet, run),
    daemonSets: createStore(cluster, shapes.DaemonSet, run),
    revisions: createStore(cluster, shapes.ControllerRevision, run),
    claims: createStore(cluster, storageShapes.Claim, run),
    services: createStore(cluster, shapes.Service, run),
    endpoints: createStore(cluster, shapes.Endpoints, run),
    slices: createStore(cluster, served(shapes.EndpointSlice), run),
    nodes: createStore(cluster, shapes.Node, run),
    namespaces: createStore(cluster, shapes.Namespace, run),
  };
}

/** Events tell a story afterwards: they are written behind the work, not in its way. */
const behindMs = 50;

/** An event recorder that speaks as one component, e.g. `deployment-controller`. */
export function teller({ cluster, clock, log, signal }: LoopPorts, source: string): Tell {
  const run: Run = { clock, log, signal };
  return (about, type, reason, message) => {
    const event = { about, type, reason, message, source };
    clock.sleep(behindMs, signal).then(
      () => recordEvent(cluster, event, run),
      () => {},
    );
  };
}
