import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  silentLogger,
  systemClock,
  type JsonRecord,
  type Key,
  type Kind,
  type KubeObject,
} from '../../../base/index.ts';
import { connect, kinds, type Cluster } from '../../../lib/kube/index.ts';
import { createApiServer } from '../../apiserver/index.ts';
import { simulatedDriver, startRuntime, type SimulatedRule } from '../../runtime/index.ts';
import { startWorkloads, type WorkloadsOptions } from '../start-workloads.ts';

/** A whole small cluster for tests: a real API server in memory, every loop, simulated containers. */
export interface Bench {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Makes objects in the bench's namespace. */
  create(...objects: KubeObject[]): Promise<void>;
  get(kind: Kind, name: string): Promise<KubeObject | undefined>;
  /** Waits by watch until an object is as wanted; undefined is an object that is not there. */
  until(
    kind: Kind,
    name: string,
    wanted: (object: KubeObject | undefined) => boolean,
  ): Promise<KubeObject | undefined>;
  /** Waits until the list is as wanted. */
  untilList(kind: Kind, wanted: (objects: KubeObject[]) => boolean): Promise<KubeObject[]>;
  patch(kind: Kind, name: string, patch: JsonRecord): Promise<void>;
  close(): Promise<void>;
}

export interface BenchOptions extends Partial<WorkloadsOptions> {
  readonly rules?: readonly SimulatedRule[];
}

const limitMs = 15_000;

/** Starts a bench; every image runs, as its rules say. */
export async function openBench({ rules = [], ...more }: BenchOptions = {}): Promise<Bench> {
  const stop = new AbortController();
  const namespace = 'demo';
  const ports = { clock: systemClock, log: silentLogger, signal: stop.signal, nodeName: 'trice' };
  const dir = await mkdtemp(join(tmpdir(), 'trice-bench-'));
  const server = await createApiServer({
    storePath: ':memory:',
    ...ports,
    profile: more.profile ?? 'modern',
  });
  const cluster = connect({ transport: server.transport });
  const workloads = startWorkloads({ ...ports, cluster, caPem: 'the certificate', ...more });
  const drivers = [simulatedDriver({ clock: systemClock, everything: true, rules })];
  const runtime = startRuntime({ ...ports, cluster, dataDir: dir, drivers });
  server.setPodRuntime(runtime);
  const key = (kind: Kind, name: string): Key => (kind.namespaced ? { namespace, name } : { name });
  const bench = benchOf(cluster, namespace, key);
  const metadata = { name: namespace };
  await cluster.create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata });
  await bench.until(kinds.ServiceAccount, 'default', (found) => found !== undefined);
  return {
    ...bench,
    close: async () => {
      stop.abort();
      await Promise.all([workloads.done, runtime.done]);
      await server.close();
      await rm(dir, { recursive: true, maxRetries: 5, force: true });
    },
  };
}

function benchOf(
  cluster: Cluster,
  namespace: string,
  key: (kind: Kind, name: string) => Key,
): Omit<Bench, 'close'> {
  return {
    cluster,
    namespace,
    create: async (...objects) => {
      for (const object of objects) {
        const { apiVersion, kind } = object;
        const known = Object.values(kinds).find(
          (each: Kind) => each.apiVersion === apiVersion && each.kind === kind,
        );
        const guess: Kind = known ?? {
          apiVersion,
          kind,
          plural: `${kind.toLowerCase()}s`,
          namespaced: true,
        };
        const metadata = { ...object.metadata, ...(guess.namespaced ? { namespace } : {}) };
        await cluster.create(guess, { ...object, metadata });
      }
    },
    get: (kind, name) => cluster.get(kind, key(kind, name)),
    until: async (kind, name, wanted) => {
      const all = await untilList(cluster, kind, { namespace, name }, (found) => wanted(found[0]));
      return all[0];
    },
    untilList: (kind, wanted) => untilList(cluster, kind, { namespace }, wanted),
    patch: async (kind, name, patch) => {
      await cluster.patch(kind, key(kind, name), patch, { type: 'merge' });
    },
  };
}

async function untilList(
  cluster: Cluster,
  kind: Kind,
  at: { readonly namespace: string; readonly name?: string },
  wanted: (objects: KubeObject[]) => boolean,
): Promise<KubeObject[]> {
  const query = {
    ...(kind.namespaced ? { namespace: at.namespace } : {}),
    ...(at.name === undefined ? {} : { fieldSelector: `metadata.name=${at.name}` }),
  };
  const { items, version } = await cluster.list(kind, query);
  const found = new Map(items.map((each) => [each.metadata.uid ?? '', each]));
  const signal = AbortSignal.timeout(limitMs);
  const isDone = (): boolean => wanted([...found.values()]);
  if (isDone()) return [...found.values()];
  try {
    for await (const { type, object } of cluster.watch(kind, {
      ...query,
      since: version,
      signal,
    })) {
      if (type === 'bookmark') continue;
      const { uid = '' } = object.metadata;
      if (type === 'deleted') found.delete(uid);
      else found.set(uid, object);
      if (isDone()) return [...found.values()];
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  throw new Error(`${kind.kind} ${at.name ?? ''} stayed at ${JSON.stringify([...found.values()])}`);
}
