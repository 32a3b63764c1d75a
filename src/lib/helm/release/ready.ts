import { KnownError, isRecord, keyText } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { kinds, selectorText } from '../../kube/index.ts';
import type { Cluster, LabelSelector } from '../../kube/index.ts';
import type { ReleaseObject } from './objects.ts';

/**
 * Whether an object is ready by the rules of `helm --wait` (reference: helm.md F.7). Kinds that have
 * none are ready, and so are kinds of the same name in groups of others. Throws what can never become
 * ready.
 */
export async function isReady(
  cluster: Cluster,
  { object, resource }: ReleaseObject,
  withJobs: boolean = false,
): Promise<boolean> {
  const rule = rules[`${resource.group}/${object.kind}`];
  if (rule === undefined || (object.kind === 'Job' && !withJobs)) return true;
  const live = await cluster.get(resource, object.metadata);
  if (live !== undefined) return rule(viewOf(live), cluster);
  const kind = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  throw new KnownError('not-found', `${kind} ${JSON.stringify(object.metadata.name)} not found`);
}

interface View {
  readonly live: KubeObject;
  readonly spec: JsonRecord;
  readonly status: JsonRecord;
}

function viewOf(live: KubeObject): View {
  return { live, spec: recordAt(live, 'spec'), status: recordAt(live, 'status') };
}

type Rule = (view: View, cluster: Cluster) => boolean | Promise<boolean>;

const podReady = ({ status }: View): boolean => conditionOf(status, 'Ready') === 'True';

const jobDone: Rule = ({ live, spec, status }) => {
  const limit = numberAt(spec, 'backoffLimit', 6);
  if (numberAt(status, 'failed') > limit) {
    throw new KnownError('failed', `job is failed: ${keyText(live.metadata)}`);
  }
  // Without a number one success is enough, and nobody counts it.
  const { completions } = spec;
  return typeof completions !== 'number' || numberAt(status, 'succeeded') >= completions;
};

const deploymentReady: Rule = async ({ live, spec, status }, cluster) => {
  if (spec['paused'] === true) return true;
  if (!isObserved(live, status)) return false;
  const newest = await newestReplicaSet(cluster, live);
  if (newest === undefined || !isObserved(newest, recordAt(newest, 'status'))) return false;
  const wanted = numberAt(spec, 'replicas', 1);
  const ready = numberAt(recordAt(newest, 'status'), 'readyReplicas');
  return ready >= wanted - maxUnavailable(spec, wanted);
};

/** Everything that is not rolled out by itself has nothing to wait for. */
function isRolling(spec: JsonRecord): boolean {
  const { type = 'RollingUpdate' } = recordAt(spec, 'updateStrategy');
  return type === 'RollingUpdate';
}

const daemonSetReady: Rule = ({ live, spec, status }) => {
  if (!isObserved(live, status)) return false;
  if (!isRolling(spec)) return true;
  const wanted = numberAt(status, 'desiredNumberScheduled');
  if (numberAt(status, 'updatedNumberScheduled') !== wanted) return false;
  const limit = recordAt(recordAt(spec, 'updateStrategy'), 'rollingUpdate')['maxUnavailable'];
  return numberAt(status, 'numberReady') >= wanted - portion(limit ?? 1, wanted, Math.ceil);
};

const statefulSetReady: Rule = ({ live, spec, status }) => {
  if (!isObserved(live, status)) return false;
  if (!isRolling(spec)) return true;
  const rolling = recordAt(recordAt(spec, 'updateStrategy'), 'rollingUpdate');
  const partition = numberAt(rolling, 'partition');
  const replicas = numberAt(spec, 'replicas', 1);
  if (numberAt(status, 'updatedReplicas') < replicas - partition) return false;
  if (numberAt(status, 'readyReplicas') !== replicas) return false;
  return partition !== 0 || status['currentRevision'] === status['updateRevision'];
};

const serviceReady: Rule = ({ spec, status }) => {
  if (spec['type'] === 'ExternalName') return true;
  if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') return false;
  if (spec['type'] !== 'LoadBalancer') return true;
  return (
    listAt(spec, 'externalIPs').length > 0 ||
    listAt(recordAt(status, 'loadBalancer'), 'ingress').length > 0
  );
};

const crdReady: Rule = ({ status }) =>
  conditionOf(status, 'Established') === 'True' || conditionOf(status, 'NamesAccepted') === 'False';

const replicasReady: Rule = async ({ live, spec, status }, cluster) => {
  if (!isObserved(live, status)) return false;
  const selector = recordAt(spec, 'selector');
  const labelSelector = selectorText(
    (live.kind === 'ReplicaSet' ? selector : { matchLabels: selector }) as LabelSelector,
  );
  const { namespace } = live.metadata;
  const { items } = await cluster.list(kinds.Pod, {
    labelSelector,
    ...(namespace === undefined ? {} : { namespace }),
  });
  return items.every((pod) => podReady(viewOf(pod)));
};

/** By group and kind. */
const rules: Readonly<Record<string, Rule>> = {
  '/Pod': podReady,
  'batch/Job': jobDone,
  'apps/Deployment': deploymentReady,
  'extensions/Deployment': deploymentReady,
  '/PersistentVolumeClaim': ({ status }) => status['phase'] === 'Bound',
  '/Service': serviceReady,
  'apps/DaemonSet': daemonSetReady,
  'extensions/DaemonSet': daemonSetReady,
  'apps/StatefulSet': statefulSetReady,
  'apiextensions.k8s.io/CustomResourceDefinition': crdReady,
  'apps/ReplicaSet': replicasReady,
  'extensions/ReplicaSet': replicasReady,
  '/ReplicationController': replicasReady,
};

async function newestReplicaSet(
  cluster: Cluster,
  deployment: KubeObject,
): Promise<KubeObject | undefined> {
  const { namespace, uid } = deployment.metadata;
  const { items } = await cluster.list(
    kinds.ReplicaSet,
    namespace === undefined ? {} : { namespace },
  );
  const revisionOf = (set: KubeObject): number =>
    Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const wanted = revisionOf(deployment);
  return items
    .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .filter((set) => wanted === 0 || revisionOf(set) === wanted)
    .toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
}

function isObserved(live: KubeObject, status: JsonRecord): boolean {
  return numberAt(status, 'observedGeneration') >= (live.metadata.generation ?? 0);
}

/** How many pods of a Deployment may be missing: none where none may be too many either, else one. */
function maxUnavailable(spec: JsonRecord, replicas: number): number {
  const strategy = recordAt(spec, 'strategy');
  if (strategy['type'] === 'Recreate' || replicas === 0) return 0;
  const rolling = recordAt(strategy, 'rollingUpdate');
  const unavailable = portion(rolling['maxUnavailable'] ?? '25%', replicas, Math.floor);
  const surge = portion(rolling['maxSurge'] ?? '25%', replicas, Math.ceil);
  return Math.min(unavailable === 0 && surge === 0 ? 1 : unavailable, replicas);
}

/** A number, or a percentage of `of`. */
function portion(value: unknown, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  // What cannot be read leaves no limit, as in Helm.
  return percent === undefined ? of : round((of * Number(percent)) / 100);
}

function conditionOf(status: JsonRecord, type: string): unknown {
  return listAt(status, 'conditions')
    .filter(isRecord)
    .find((condition) => condition['type'] === type)?.['status'];
}

function recordAt(from: JsonRecord, key: string): JsonRecord {
  const value = from[key];
  return isRecord(value) ? value : {};
}

function listAt(from: JsonRecord, key: string): unknown[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

function numberAt(from: JsonRecord, key: string, otherwise: number = 0): number {
  const value = from[key];
  return typeof value === 'number' ? value : otherwise;
}
