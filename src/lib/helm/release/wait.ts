import { KnownError, isRecord, keyText } from '../../../base/index.ts';
import type { Clock, JsonRecord, KubeObject } from '../../../base/index.ts';
import { kinds, selectorText } from '../../kube/index.ts';
import type { Cluster, LabelSelector } from '../../kube/index.ts';
import type { ReleaseObject } from './objects.ts';

interface WaitPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Helm asks every two seconds; the first answers are looked for sooner. */
const pollsMs = [50, 100, 200, 400, 800, 1500];
const pollMs = 2000;

/** Waits until every object is ready by Helm's rules (reference: helm.md F.7), or throws `context deadline exceeded`. */
export async function waitReady(
  ports: WaitPorts,
  entries: readonly ReleaseObject[],
  how: { readonly timeoutMs: number; readonly jobs?: boolean },
): Promise<void> {
  let open = [...entries];
  await until(ports, how.timeoutMs, async () => {
    const ready = await Promise.all(open.map((entry) => isReady(ports.cluster, entry, how.jobs)));
    open = open.filter((_, at) => ready[at] !== true);
    return open.length === 0;
  });
}

/** Waits until none of the objects is there any more. */
export async function waitGone(
  ports: WaitPorts,
  entries: readonly ReleaseObject[],
  timeoutMs: number,
): Promise<void> {
  await until(ports, timeoutMs, async () => {
    const lives = await Promise.all(
      entries.map(({ object, resource }) => ports.cluster.get(resource, object.metadata)),
    );
    return lives.every((live) => live === undefined);
  });
}

/** Asks until the answer is yes. */
export async function until(
  { clock, signal }: WaitPorts,
  timeoutMs: number,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const end = clock.now().getTime() + timeoutMs;
  for (let round = 0; !(await isDone()); round += 1) {
    const left = end - clock.now().getTime();
    if (left <= 0) throw new KnownError('timeout', 'context deadline exceeded');
    await clock.sleep(Math.min(pollsMs[round] ?? pollMs, left), signal);
  }
}

async function isReady(
  cluster: Cluster,
  { object, resource }: ReleaseObject,
  withJobs: boolean = false,
): Promise<boolean> {
  const rule = rules[object.kind];
  if (rule === undefined || (object.kind === 'Job' && !withJobs)) return true;
  const live = await cluster.get(resource, object.metadata);
  return live !== undefined && rule(viewOf(live), cluster);
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
  return numberAt(status, 'succeeded') >= numberAt(spec, 'completions', 1);
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

const daemonSetReady: Rule = ({ live, spec, status }) => {
  const strategy = recordAt(spec, 'updateStrategy');
  if (strategy['type'] === 'OnDelete') return true;
  if (!isObserved(live, status)) return false;
  const wanted = numberAt(status, 'desiredNumberScheduled');
  if (numberAt(status, 'updatedNumberScheduled') !== wanted) return false;
  const limit = recordAt(strategy, 'rollingUpdate')['maxUnavailable'];
  return numberAt(status, 'numberReady') >= wanted - portion(limit, wanted, 1);
};

const statefulSetReady: Rule = ({ live, spec, status }) => {
  const strategy = recordAt(spec, 'updateStrategy');
  if (!isObserved(live, status)) return false;
  if (strategy['type'] === 'OnDelete') return true;
  const partition = numberAt(recordAt(strategy, 'rollingUpdate'), 'partition');
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

const rules: Readonly<Record<string, Rule>> = {
  Pod: podReady,
  Job: jobDone,
  Deployment: deploymentReady,
  PersistentVolumeClaim: ({ status }) => status['phase'] === 'Bound',
  Service: serviceReady,
  DaemonSet: daemonSetReady,
  StatefulSet: statefulSetReady,
  CustomResourceDefinition: crdReady,
  ReplicaSet: replicasReady,
  ReplicationController: replicasReady,
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

function maxUnavailable(spec: JsonRecord, replicas: number): number {
  const strategy = recordAt(spec, 'strategy');
  if (strategy['type'] === 'Recreate' || replicas === 0) return 0;
  const rolling = recordAt(strategy, 'rollingUpdate');
  const unavailable = portion(rolling['maxUnavailable'] ?? '25%', replicas, 0);
  const surge = rolling['maxSurge'] ?? '25%';
  const noSurge = surge === 0 || surge === '0%';
  return Math.min(unavailable === 0 && noSurge ? 1 : unavailable, replicas);
}

/** A number, or a percentage of `of` rounded down. */
function portion(value: unknown, of: number, otherwise: number): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return otherwise;
  return Math.floor((of * Number.parseFloat(value)) / 100);
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
