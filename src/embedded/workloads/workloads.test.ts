import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  silentLogger,
  systemClock,
  type JsonRecord,
  type Key,
  type Kind,
  type KubeObject,
} from '../../base/index.ts';
import { connect, kinds, type Cluster } from '../../lib/kube/index.ts';
import { createApiServer, type ApiServer } from '../apiserver/index.ts';
import { simulatedDriver, startRuntime, type NodeRuntime } from '../runtime/index.ts';
import { startWorkloads, type Workloads } from './index.ts';
import { shapes } from './objects.ts';

// The loops over a real API server, with simulated containers: what a person sees with kubectl.

const stop = new AbortController();
const namespace = 'demo';
let dir: string;
let server: ApiServer;
let cluster: Cluster;
let workloads: Workloads;
let runtime: NodeRuntime;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trice-workloads-'));
  const ports = { clock: systemClock, log: silentLogger, signal: stop.signal, nodeName: 'trice' };
  server = await createApiServer({ storePath: ':memory:', ...ports });
  cluster = connect({ transport: server.transport });
  workloads = startWorkloads({ ...ports, cluster, caPem: 'the certificate' });
  runtime = startRuntime({
    ...ports,
    cluster,
    dataDir: dir,
    drivers: [
      simulatedDriver({
        clock: systemClock,
        everything: true,
        rules: [
          { image: 'broken:*', pullError: 'manifest unknown' },
          { image: 'never-ready', ready: false },
          { image: 'fails', exitAfterMs: 0, exitCode: 2 },
          { image: 'talks', lines: ['one', 'two', 'three'] },
        ],
      }),
    ],
  });
  server.setPodRuntime(runtime);
  await cluster.create(kinds.Namespace, namespaceOf(namespace));
  const account = { namespace, name: 'default' };
  await until(kinds.ServiceAccount, account, (found) => found !== undefined);
});

afterAll(async () => {
  stop.abort();
  await Promise.all([workloads.done, runtime.done]);
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

function namespaceOf(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Waits, by watch, until an object is as wanted; undefined is an object that is not there. */
async function until(
  kind: Kind,
  key: Key,
  wanted: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const limit = AbortSignal.timeout(15_000);
  const query = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
    signal: limit,
  };
  const first = await cluster.get(kind, key);
  if (wanted(first)) return first;
  let last = first;
  const since = first?.metadata.resourceVersion;
  const from = since === undefined ? {} : { since };
  for await (const { type, object } of cluster.watch(kind, { ...query, ...from })) {
    if (type === 'bookmark') continue;
    last = type === 'deleted' ? undefined : object;
    if (wanted(last)) return last;
  }
  throw new Error(`${kind.kind} ${key.name} stayed at ${JSON.stringify(last, null, 1)}`);
}

const statusOf = (object: KubeObject | undefined): JsonRecord =>
  (object?.['status'] ?? {}) as JsonRecord;
const specOf = (object: KubeObject | undefined): JsonRecord =>
  (object?.['spec'] ?? {}) as JsonRecord;
const conditionOf = (object: KubeObject | undefined, type: string): JsonRecord | undefined =>
  ((statusOf(object)['conditions'] ?? []) as JsonRecord[]).find((each) => each['type'] === type);

function deployment(name: string, spec: JsonRecord = {}, image = 'app:1'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image, ports: [{ name: 'http', containerPort: 8080 }] }],
        },
      },
      ...spec,
    },
  };
}

const isRolledOut = (object: KubeObject | undefined): boolean =>
  object !== undefined &&
  statusOf(object)['observedGeneration'] === object.metadata.generation &&
  statusOf(object)['availableReplicas'] === specOf(object)['replicas'] &&
  statusOf(object)['updatedReplicas'] === specOf(object)['replicas'] &&
  statusOf(object)['replicas'] === specOf(object)['replicas'];

const setImage = (name: string, image: string): Promise<KubeObject> =>
  cluster.patch(
    kinds.Deployment,
    { namespace, name },
    { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } },
    { type: 'strategic' },
  );

const podsOf = async (name: string): Promise<KubeObject[]> =>
  (await cluster.list(kinds.Pod, { namespace, labelSelector: `app=${name}` })).items;

const replicaSetsOf = async (name: string): Promise<KubeObject[]> =>
  (await cluster.list(kinds.ReplicaSet, { namespace, labelSelector: `app=${name}` })).items;

describe('a deployment', () => {
  it('rolls out, with revision, conditions and events', async () => {
    const key = { namespace, name: 'web' };
    await cluster.create(kinds.Deployment, deployment('web'));
    const done = await until(kinds.Deployment, key, isRolledOut);
    const progressed = await until(
      kinds.Deployment,
      key,
      (object) => conditionOf(object, 'Progressing')?.['reason'] === 'NewReplicaSetAvailable',
    );
    const [set] = await replicaSetsOf('web');
    expect(conditionOf(progressed, 'Progressing')?.['message']).toBe(
      `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    );
    expect(conditionOf(done, 'Available')?.['reason']).toBe('MinimumReplicasAvailable');
    expect(set?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(progressed?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    const told = async (): Promise<unknown> => {
      const { items } = await cluster.list(kinds.Event, {
        namespace,
        fieldSelector: 'reason=ScalingReplicaSet,involvedObject.name=web',
      });
      return items.map((each) => each['message']);
    };
    await eventually(told, [`Scaled up replica set ${set?.metadata.name} from 0 to 2`]);
  });

  it('changes its image without a gap, and an older template is revision 3 again', async () => {
    const key = { namespace, name: 'roll' };
    await cluster.create(kinds.Deployment, deployment('roll'));
    await until(kinds.Deployment, key, isRolledOut);
    const low: number[] = [];
    const watching = new AbortController();
    const watcher = (async () => {
      for await (const { object } of cluster.watch(kinds.Deployment, {
        namespace,
        fieldSelector: 'metadata.name=roll',
        signal: watching.signal,
      }))
        low.push(Number(statusOf(object)['availableReplicas'] ?? 0));
    })();
    await setImage('roll', 'app:2');
    await until(kinds.Deployment, key, isRolledOut);
    watching.abort();
    await watcher;
    expect(Math.min(...low.slice(1))).toBeGreaterThanOrEqual(2);
    await setImage('roll', 'app:1');
    await until(kinds.Deployment, key, isRolledOut);
    const revisions = (await replicaSetsOf('roll')).map((each) => [
      each.metadata.annotations?.['deployment.kubernetes.io/revision'],
      each.metadata.annotations?.['deployment.kubernetes.io/revision-history'],
      specOf(each)['replicas'],
    ]);
    expect(revisions.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      ['2', undefined, 0],
      ['3', '1', 2],
    ]);
  });

  it('a broken image leaves the old pods serving and says so when the deadline is over', async () => {
    const key = { namespace, name: 'stuck' };
    await cluster.create(kinds.Deployment, deployment('stuck', { progressDeadlineSeconds: 2 }));
    await until(kinds.Deployment, key, isRolledOut);
    await setImage('stuck', 'broken:1');
    const failed = await until(
      kinds.Deployment,
      key,
      (object) => conditionOf(object, 'Progressing')?.['status'] === 'False',
    );
    expect(conditionOf(failed, 'Progressing')).toMatchObject({
      reason: 'ProgressDeadlineExceeded',
      message: expect.stringMatching(/^ReplicaSet "stuck-\w+" has timed out progressing\.$/),
    });
    expect(statusOf(failed)['availableReplicas']).toBe(2);
    const waiting = (await podsOf('stuck'))
      .flatMap((pod) => (statusOf(pod)['containerStatuses'] ?? []) as JsonRecord[])
      .map((each) => (each['state'] as { waiting?: { reason: string } }).waiting?.reason)
      .filter((each) => each !== undefined);
    expect(['ErrImagePull', 'ImagePullBackOff']).toContain(waiting[0]);
    await setImage('stuck', 'app:3');
    await until(kinds.Deployment, key, isRolledOut);
  });

  it('scales up and down', async () => {
    const key = { namespace, name: 'size' };
    await cluster.create(kinds.Deployment, deployment('size'));
    await until(kinds.Deployment, key, isRolledOut);
    for (const replicas of [4, 0, 1]) {
      await cluster.patch(kinds.Deployment, key, { spec: { replicas } }, { type: 'merge' });
      await until(
        kinds.Deployment,
        key,
        (object) => (statusOf(object)['readyReplicas'] ?? 0) === replicas && isSettled(object),
      );
    }
    expect(await replicaSetsOf('size')).toHaveLength(1);
  });

  it('Recreate never has pods of two templates at once', async () => {
    const key = { namespace, name: 'anew' };
    await cluster.create(kinds.Deployment, deployment('anew', { strategy: { type: 'Recreate' } }));
    await until(kinds.Deployment, key, isRolledOut);
    const images = new Map<string, string>();
    let atOnce = 0;
    const watching = new AbortController();
    const { items, version } = await cluster.list(kinds.Pod, { namespace });
    for (const pod of items) note(pod);
    function note(pod: KubeObject): void {
      if (pod.metadata.labels?.['app'] !== 'anew') return;
      const [container] = specOf(pod)['containers'] as Array<{ image: string }>;
      images.set(pod.metadata.name, container?.image ?? '');
      atOnce = Math.max(atOnce, new Set(images.values()).size);
    }
    const watcher = (async () => {
      for await (const { type, object } of cluster.watch(kinds.Pod, {
        namespace,
        since: version,
        signal: watching.signal,
      }))
        if (type === 'deleted') images.delete(object.metadata.name);
        else if (type !== 'bookmark') note(object);
    })();
    await setImage('anew', 'app:2');
    await until(kinds.Deployment, key, isRolledOut);
    watching.abort();
    await watcher;
    expect(atOnce).toBe(1);
  });

  it('takes its replica sets and pods with it', async () => {
    const key = { namespace, name: 'gone' };
    await cluster.create(kinds.Deployment, deployment('gone'));
    await until(kinds.Deployment, key, isRolledOut);
    const [set] = await replicaSetsOf('gone');
    const [pod] = await podsOf('gone');
    await cluster.delete(kinds.Deployment, key);
    const isAbsent = (object: KubeObject | undefined): boolean => object === undefined;
    await until(kinds.ReplicaSet, set?.metadata ?? key, isAbsent);
    await until(kinds.Pod, pod?.metadata ?? key, isAbsent);
  });

  it('foreground deletion lets the owner go last; orphans stay', async () => {
    const isAbsent = (object: KubeObject | undefined): boolean => object === undefined;
    const key = { namespace, name: 'last' };
    await cluster.create(kinds.Deployment, deployment('last'));
    await until(kinds.Deployment, key, isRolledOut);
    await cluster.delete(kinds.Deployment, key, { propagation: 'Foreground' });
    await until(kinds.Deployment, key, isAbsent);
    expect(await podsOf('last')).toEqual([]);
    const other = { namespace, name: 'left' };
    await cluster.create(kinds.Deployment, deployment('left'));
    await until(kinds.Deployment, other, isRolledOut);
    await cluster.delete(kinds.Deployment, other, { propagation: 'Orphan' });
    await until(kinds.Deployment, other, isAbsent);
    const [set] = await replicaSetsOf('left');
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
    expect(await podsOf('left')).toHaveLength(2);
    // The same deployment again takes them over.
    await cluster.create(kinds.Deployment, deployment('left'));
    await until(kinds.Deployment, other, isRolledOut);
    const sets = await replicaSetsOf('left');
    expect(sets.map((each) => each.metadata.uid)).toEqual([set?.metadata.uid]);
  });
});

const isSettled = (object: KubeObject | undefined): boolean =>
  statusOf(object)['observedGeneration'] === object?.metadata.generation &&
  (statusOf(object)['replicas'] ?? 0) === specOf(object)['replicas'];

function job(name: string, image: string, spec: JsonRecord = {}): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] } },
      ...spec,
    },
  };
}

describe('a job', () => {
  const isTrue = (type: string) => (object: KubeObject | undefined) =>
    conditionOf(object, type)?.['status'] === 'True';

  it('completes', async () => {
    await cluster.create(kinds.Job, job('once', 'app:1', { completions: 3, parallelism: 2 }));
    const done = await until(kinds.Job, { namespace, name: 'once' }, isTrue('Complete'));
    expect(statusOf(done)).toMatchObject({ succeeded: 3 });
    expect(statusOf(done)['completionTime']).toBeDefined();
  });

  it('fails when its limit is reached', async () => {
    await cluster.create(kinds.Job, job('bad', 'fails', { backoffLimit: 0 }));
    const done = await until(kinds.Job, { namespace, name: 'bad' }, isTrue('Failed'));
    expect(conditionOf(done, 'Failed')).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
    expect(statusOf(done)).toMatchObject({ failed: 1 });
  });

  it('goes by itself after its time to live', async () => {
    await cluster.create(kinds.Job, job('brief', 'app:1', { ttlSecondsAfterFinished: 0 }));
    await until(kinds.Job, { namespace, name: 'brief' }, (object) => object === undefined);
  });
});

const slicesOf = async (service: string): Promise<KubeObject[]> =>
  (
    await cluster.list(kinds.EndpointSlice, {
      namespace,
      labelSelector: `kubernetes.io/service-name=${service}`,
    })
  ).items;

/** Looks until the answer is as wanted, for things that have no single object to watch. */
async function eventually(look: () => Promise<unknown>, wanted: unknown): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (JSON.stringify(await look()) === JSON.stringify(wanted)) return;
    await systemClock.sleep(20);
  }
  expect(await look()).toEqual(wanted);
}

describe('a service', () => {
  it('has endpoints and a slice of its ready pods only', async () => {
    await cluster.create(kinds.Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front', namespace },
      spec: { selector: { tier: 'front' }, ports: [{ port: 80, targetPort: 'http' }] },
    });
    const make = (name: string, image: string): Promise<KubeObject> => {
      const object = deployment(name, { replicas: 1 }, image);
      const template = specOf(object)['template'] as {
        metadata: { labels: JsonRecord };
        spec: { containers: JsonRecord[] };
      };
      template.metadata.labels['tier'] = 'front';
      for (const each of template.spec.containers)
        each['readinessProbe'] = { httpGet: { port: 'http' } };
      return cluster.create(kinds.Deployment, object);
    };
    await make('front-a', 'app:1');
    await make('front-b', 'never-ready');
    const key = { namespace, name: 'front' };
    const found = await until(kinds.Endpoints, key, (object) => {
      const [subset] = (object?.['subsets'] ?? []) as Array<Record<string, unknown[] | undefined>>;
      return subset?.['addresses']?.length === 1 && subset['notReadyAddresses']?.length === 1;
    });
    const [subset] = (found?.['subsets'] ?? []) as Array<{
      ports: unknown;
      addresses: JsonRecord[];
    }>;
    expect(subset?.ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
    expect(subset?.addresses[0]).toMatchObject({ nodeName: 'trice', targetRef: { kind: 'Pod' } });
    const readiness = async (): Promise<unknown[]> =>
      (await slicesOf('front')).map((slice) =>
        (slice['endpoints'] as Array<{ conditions: { ready: boolean } }>)
          .map((each) => each.conditions.ready)
          .toSorted((a, b) => Number(a) - Number(b)),
      );
    await eventually(readiness, [[false, true]]);
    const items = await slicesOf('front');
    await cluster.delete(kinds.Service, key);
    await until(kinds.Endpoints, key, (object) => object === undefined);
    const name = items[0]?.metadata.name ?? '';
    await until(kinds.EndpointSlice, { namespace, name }, (object) => object === undefined);
  });

  it('endpoints written by hand are mirrored to slices', async () => {
    await cluster.create(kinds.Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'outside', namespace },
      spec: { ports: [{ port: 80 }] },
    });
    await cluster.create(kinds.Endpoints, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'outside', namespace },
      subsets: [{ addresses: [{ ip: '10.9.8.7' }], ports: [{ port: 3030 }] }],
    });
    const addresses = async (): Promise<unknown[]> =>
      (await slicesOf('outside')).flatMap((slice) =>
        (slice['endpoints'] as Array<{ addresses: string[] }>).map((each) => each.addresses),
      );
    await eventually(addresses, [['10.9.8.7']]);
  });
});

describe('a pod', () => {
  const pod = (name: string, image: string, spec: JsonRecord = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { containers: [{ name: 'c', image }], terminationGracePeriodSeconds: 1, ...spec },
  });

  it('that fits nowhere says why', async () => {
    await cluster.create(kinds.Pod, pod('picky', 'app:1', { nodeSelector: { disk: 'gold' } }));
    const told = await until(
      kinds.Pod,
      { namespace, name: 'picky' },
      (object) => conditionOf(object, 'PodScheduled') !== undefined,
    );
    expect(conditionOf(told, 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    });
    await cluster.patch(
      kinds.Node,
      { name: 'trice' },
      { metadata: { labels: { disk: 'gold' } } },
      { type: 'merge' },
    );
    await until(
      kinds.Pod,
      { namespace, name: 'picky' },
      (object) => statusOf(object)['phase'] === 'Running',
    );
  });

  it('that ends again and again is held back', async () => {
    await cluster.create(kinds.Pod, pod('loops', 'fails'));
    const held = await until(kinds.Pod, { namespace, name: 'loops' }, (object) => {
      const [status] = (statusOf(object)['containerStatuses'] ?? []) as Array<{
        state: { waiting?: { reason: string } };
      }>;
      return status?.state.waiting?.reason === 'CrashLoopBackOff';
    });
    const [status] = statusOf(held)['containerStatuses'] as JsonRecord[];
    expect(status).toMatchObject({
      restartCount: 1,
      ready: false,
      lastState: { terminated: { exitCode: 2, reason: 'Error' } },
    });
    expect(
      (status?.['state'] as { waiting?: { message: string } } | undefined)?.waiting?.message,
    ).toMatch(/^back-off 10s restarting failed container=c pod=loops_demo\(/);
    expect(statusOf(held)['phase']).toBe('Running');
  });

  it('shows its log, and goes when it is deleted', async () => {
    const key = { namespace, name: 'talks' };
    await cluster.create(kinds.Pod, pod('talks', 'talks'));
    await until(kinds.Pod, key, (object) => statusOf(object)['phase'] === 'Running');
    const path = `/api/v1/namespaces/${namespace}/pods/talks/log`;
    expect(await (await cluster.raw(path)).text()).toBe('one\ntwo\nthree\n');
    expect(await (await cluster.raw(`${path}?tailLines=1`)).text()).toBe('three\n');
    const following = await cluster.raw(`${path}?follow=true&tailLines=2`);
    await cluster.delete(kinds.Pod, key);
    expect(await following.text()).toBe('two\nthree\n');
    await until(kinds.Pod, key, (object) => object === undefined);
  });
});

describe('a stateful set', () => {
  const key = { namespace, name: 'db' };
  const isThrough = (object: KubeObject | undefined): boolean =>
    statusOf(object)['observedGeneration'] === object?.metadata.generation &&
    statusOf(object)['readyReplicas'] === specOf(object)['replicas'] &&
    statusOf(object)['updatedReplicas'] === specOf(object)['replicas'] &&
    statusOf(object)['currentRevision'] === statusOf(object)['updateRevision'];

  it('makes pods in order, updates them from the last, and keeps revisions', async () => {
    const { metadata, spec } = deployment('db');
    await cluster.create(kinds.StatefulSet, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata, annotations: { 'kubernetes.io/change-cause': 'because' } },
      spec: { ...(spec as JsonRecord), serviceName: 'db' },
    });
    const first = await until(kinds.StatefulSet, key, isThrough);
    expect((await podsOf('db')).map((pod) => pod.metadata.name)).toEqual(['db-0', 'db-1']);
    const patch = { spec: { template: { spec: { containers: [{ name: 'c', image: 'app:2' }] } } } };
    await cluster.patch(kinds.StatefulSet, key, patch, { type: 'strategic' });
    const second = await until(kinds.StatefulSet, key, isThrough);
    expect(statusOf(second)['currentRevision']).not.toBe(statusOf(first)['currentRevision']);
    const name = String(statusOf(second)['updateRevision']);
    const kept = await cluster.get(shapes.ControllerRevision, { namespace, name });
    expect(kept?.metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'because' });
    const uids = (await podsOf('db')).map((pod) => pod.metadata.labels);
    expect(uids.map((labels) => labels?.['controller-revision-hash'])).toEqual([
      statusOf(second)['updateRevision'],
      statusOf(second)['updateRevision'],
    ]);
  });
});

describe('a daemon set', () => {
  it('has its pod on the node', async () => {
    const { metadata, spec } = deployment('agent');
    const { replicas: _none, ...rest } = spec as JsonRecord;
    await cluster.create(kinds.DaemonSet, {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: rest,
    });
    const found = await until(
      kinds.DaemonSet,
      { namespace, name: 'agent' },
      (object) => statusOf(object)['numberAvailable'] === 1,
    );
    expect(statusOf(found)).toMatchObject({ desiredNumberScheduled: 1, updatedNumberScheduled: 1 });
    expect(await podsOf('agent')).toHaveLength(1);
  });
});

describe('a namespace', () => {
  it('gets its account and certificate, and takes everything with it', async () => {
    const name = 'brief';
    await cluster.create(kinds.Namespace, namespaceOf(name));
    const root = { namespace: name, name: 'kube-root-ca.crt' };
    const held = await until(kinds.ConfigMap, root, (object) => object !== undefined);
    expect(held?.['data']).toEqual({ 'ca.crt': 'the certificate' });
    const inside = { ...deployment('inside'), metadata: { name: 'inside', namespace: name } };
    await until(
      kinds.ServiceAccount,
      { namespace: name, name: 'default' },
      (object) => object !== undefined,
    );
    await cluster.create(kinds.Deployment, inside);
    await until(kinds.Deployment, inside.metadata, isRolledOut);
    await cluster.create(kinds.ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: name, finalizers: ['trice.dev/hold'] },
    });
    await cluster.delete(kinds.Namespace, { name });
    const going = await until(
      kinds.Namespace,
      { name },
      (object) =>
        conditionOf(object, 'NamespaceFinalizersRemaining')?.['status'] === 'True' &&
        String(conditionOf(object, 'NamespaceContentRemaining')?.['message']).endsWith(
          'configmaps. has 1 resource instances',
        ),
    );
    expect(statusOf(going)['phase']).toBe('Terminating');
    expect(conditionOf(going, 'NamespaceFinalizersRemaining')?.['message']).toBe(
      'Some content in the namespace has finalizers remaining: trice.dev/hold in 1 resource instances',
    );
    await cluster.patch(
      kinds.ConfigMap,
      { namespace: name, name: 'held' },
      { metadata: { finalizers: null } },
      { type: 'merge' },
    );
    await until(kinds.Namespace, { name }, (object) => object === undefined);
  });
});

describe('owners', () => {
  it('of a kind that was defined a moment ago take their objects with them', async () => {
    const custom = (name: string, kind: string): KubeObject => ({
      apiVersion: 'trice.test/v1',
      kind,
      metadata: { name, namespace },
    });
    const definition = { plural: 'widgets', singular: 'widget', kind: 'Widget' };
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await cluster.create(kinds.CustomResourceDefinition, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.trice.test' },
      spec: {
        group: 'trice.test',
        scope: 'Namespaced',
        names: definition,
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
        ],
      },
    });
    await until(
      kinds.CustomResourceDefinition,
      { name: 'widgets.trice.test' },
      (object) => conditionOf(object, 'Established')?.['status'] === 'True',
    );
    const resource = await cluster.resourceOf('trice.test/v1', 'Widget');
    if (resource === undefined) throw new Error('widgets are not served');
    const widget = await cluster.create(resource, custom('w', 'Widget'));
    const owned = deployment('of-widget');
    const { uid = '' } = widget.metadata;
    const reference = { apiVersion: 'trice.test/v1', kind: 'Widget', name: 'w', uid };
    owned.metadata.ownerReferences = [{ ...reference, controller: true }];
    await cluster.create(kinds.Deployment, owned);
    await until(kinds.Deployment, owned.metadata, isRolledOut);
    await cluster.delete(resource, widget.metadata);
    await until(kinds.Deployment, owned.metadata, (object) => object === undefined);
  });

  it('an object whose owner never existed goes; one with another owner left only loses the reference', async () => {
    const config = (name: string, ownerReferences: JsonRecord[]): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, ownerReferences } as never,
    });
    const there = await cluster.create(kinds.ConfigMap, config('there', []));
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'no-such-uid' };
    const real = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'there',
      uid: there.metadata.uid ?? '',
    };
    await cluster.create(kinds.ConfigMap, config('both', [ghost, real]));
    await cluster.create(kinds.ConfigMap, config('lost', [ghost]));
    await until(kinds.ConfigMap, { namespace, name: 'lost' }, (object) => object === undefined);
    const both = await until(
      kinds.ConfigMap,
      { namespace, name: 'both' },
      (object) => object?.metadata.ownerReferences?.length === 1,
    );
    expect(both?.metadata.ownerReferences?.[0]?.name).toBe('there');
    await cluster.delete(kinds.ConfigMap, { namespace, name: 'there' });
    await until(kinds.ConfigMap, { namespace, name: 'both' }, (object) => object === undefined);
  });
});

describe('cron jobs and budgets', () => {
  it('a job is made when its time has come, and the cron job says when', async () => {
    const template = {
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'any' }] },
    };
    const spec = { schedule: '@every 1s', jobTemplate: { spec: { template } } };
    const cron = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'often', namespace },
      spec,
    };
    await cluster.create(kinds.CronJob, cron);
    const key = { namespace, name: 'often' };
    const found = await until(kinds.CronJob, key, (object) => {
      const status = object?.['status'] as JsonRecord | undefined;
      return status?.['lastScheduleTime'] !== undefined;
    });
    const { items } = await cluster.list(kinds.Job, { namespace });
    const mine = items.find((each) => each.metadata.name.startsWith('often-'));
    expect(mine?.metadata.ownerReferences?.[0]?.uid).toBe(found?.metadata.uid);
    await cluster.delete(kinds.CronJob, key);
  });

  it('a budget counts the pods of its selector', async () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      namespaced: true,
    };
    const made = deployment('guarded');
    await cluster.create(kinds.Deployment, made);
    await until(kinds.Deployment, made.metadata, isRolledOut);
    const { selector } = made['spec'] as { selector: JsonRecord };
    await cluster.create(budget, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'guard', namespace },
      spec: { minAvailable: 1, selector },
    });
    const key = { namespace, name: 'guard' };
    const found = await until(budget, key, (object) => {
      const status = object?.['status'] as JsonRecord | undefined;
      return Number(status?.['currentHealthy']) > 0;
    });
    expect(found?.['status']).toMatchObject({ desiredHealthy: 1, observedGeneration: 1 });
    await cluster.delete(kinds.Deployment, made.metadata);
  });
});
