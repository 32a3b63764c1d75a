import { join } from 'node:path';
import { mkdir, readdir, rm } from 'node:fs/promises';
import {
  hide,
  KnownError,
  messageOf,
  type Clock,
  type Hidden,
  type Kind,
  type KubeObject,
  type Logger,
} from '../../base/index.ts';
import { kinds, watchCache, type Cluster } from '../../lib/kube/index.ts';
import type {
  ContainerUsage,
  ExecCommand,
  Executing,
  PodDriver,
  RunningContainer,
} from './driver.ts';
import { openLogStore, type LogStore } from './logs/log-store.ts';
import type { LogWish } from './logs/read-log.ts';
import { PodLife, type PodPorts } from './pod/pod-life.ts';
import type { Pod } from './pod/pod.ts';
import { claimFolders } from './volumes/claims.ts';
import { createSources } from './volumes/sources.ts';
import { contentOf, type TokenFor } from './volumes/volume-files.ts';

export interface RuntimeOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Pods' volumes and logs are kept below it. */
  readonly dataDir: string;
  /** Asked in this order for each pod. */
  readonly drivers: readonly PodDriver[];
  readonly nodeName: string;
  /** Address of the node in the status of pods; 127.0.0.1 unless told otherwise. */
  readonly hostIP?: string;
  /** Where a pod reaches the API server; 127.0.0.1:6443 unless told otherwise. */
  readonly apiServer?: { readonly host: string; readonly port: number };
}

/** The node's answers to the API server (its `PodRuntime`), and its end. */
export interface NodeRuntime {
  logs(
    pod: KubeObject,
    options: LogWish & { readonly container: string; readonly previous: boolean },
  ): Promise<ReadableStream<Uint8Array>>;
  exec(pod: KubeObject, options: ExecCommand & { readonly container: string }): Promise<Executing>;
  /** Joins a program's own streams, where the driver can. */
  attach(
    pod: KubeObject,
    options: Omit<ExecCommand, 'command'> & { readonly container: string },
  ): Promise<Executing>;
  /** What each running container of a pod uses; empty when the driver cannot tell. */
  usage(pod: KubeObject): Promise<ReadonlyMap<string, ContainerUsage>>;
  dial(pod: KubeObject, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Resolves after the signal, when every container has ended. */
  readonly done: Promise<void>;
}

/** Starts the node: from now on every pod that is bound to it is looked after. */
export function startRuntime(options: RuntimeOptions): NodeRuntime {
  const { clock, dataDir, signal, drivers } = options;
  const log = options.log.with({ component: 'runtime' });
  const run = { clock, log, signal };
  const { cluster, hostIP = '127.0.0.1', nodeName } = options;
  const logs = openLogStore(join(dataDir, 'logs'), clock);
  const dir = join(dataDir, 'pods');
  const ports: PodPorts = {
    cluster,
    clock,
    log,
    drivers,
    logs,
    sources: createSources(cluster, run),
    tokenFor: tokens(cluster, log),
    folderOf: claimFolders(cluster),
    credentialsOf: (pod) => credentialsOf(cluster, pod),
    hostIP,
    apiServer: options.apiServer ?? { host: hostIP, port: 6443 },
    dir,
  };
  const lives = new Map<string, PodLife>();
  const kind: Kind<Pod> = { ...kinds.Pod, parse: slim };
  const pods = watchCache(cluster, kind, run, { fieldSelector: `spec.nodeName=${nodeName}` });
  const begin = async (): Promise<void> => {
    // Volumes hold secrets in plain text.
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await pods.ready;
    const known = new Set(pods.list().map((each) => each.metadata.uid ?? ''));
    await Promise.all(drivers.map(async (each) => each.sweep?.(known)));
    await dropStrangers([dir, logs.dirOf('')], known);
    pods.onChange(({ type, object }, before) => {
      const { uid = '' } = object.metadata;
      if (before !== undefined && before.metadata.uid !== uid)
        lives.get(before.metadata.uid ?? '')?.update(undefined);
      const life = lives.get(uid);
      if (life !== undefined) life.update(type === 'deleted' ? undefined : object);
      else if (type !== 'deleted') {
        const made = new PodLife(object, ports, signal);
        lives.set(uid, made);
        void made.done.then(() => lives.delete(uid));
      }
    });
  };
  const begun = begin().catch((thrown: unknown) => {
    if (!signal.aborted) log.error('the node could not be started', { err: messageOf(thrown) });
  });
  return { ...answers(lives, logs), done: end(signal, { begun, lives, drivers }) };
}

async function end(
  signal: AbortSignal,
  node: {
    readonly begun: Promise<void>;
    readonly lives: ReadonlyMap<string, PodLife>;
    readonly drivers: readonly PodDriver[];
  },
): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([node.begun, new Promise(setImmediate)]);
  await Promise.all([...node.lives.values()].map((each) => each.done));
  for (const driver of node.drivers) await driver.close?.();
}

function answers(lives: ReadonlyMap<string, PodLife>, logs: LogStore): Omit<NodeRuntime, 'done'> {
  const lifeOf = (pod: KubeObject): PodLife => {
    const life = lives.get(pod.metadata.uid ?? '');
    if (life !== undefined) return life;
    throw new KnownError('not-found', `pod ${pod.metadata.name} is not on this node`);
  };
  const runningOf = (pod: KubeObject, container: string): RunningContainer => {
    const running = lifeOf(pod).container(container)?.running;
    if (running !== undefined) return running;
    throw new KnownError('invalid', `container not found ("${container}")`);
  };
  return {
    logs: async (pod, { container, previous, ...wish }) => {
      const { uid = '', name } = pod.metadata;
      return logs.read({ uid, pod: name, container, previous }, wish);
    },
    exec: async (pod, { container, ...command }) => runningOf(pod, container).exec(command),
    attach: async (pod, { container, ...streams }) => {
      const { attach } = runningOf(pod, container);
      if (attach !== undefined) return attach(streams);
      throw new KnownError('unsupported', 'the driver of this pod cannot attach: use exec');
    },
    usage: async (pod) => (await lifeOf(pod).sandbox?.usage?.()) ?? new Map(),
    dial: async (pod, port) => {
      const { sandbox } = lifeOf(pod);
      if (sandbox !== undefined) return sandbox.dial(port);
      throw new KnownError('unreachable', `pod ${pod.metadata.name} is not running`);
    },
  };
}

/** Folders of pods that no longer exist. */
async function dropStrangers(dirs: readonly string[], known: ReadonlySet<string>): Promise<void> {
  for (const dir of dirs)
    for (const name of await readdir(dir).catch(() => []))
      if (!known.has(name)) await rm(join(dir, name), { recursive: true, force: true });
}

function slim(raw: unknown): Pod {
  const pod = raw as Pod;
  delete pod.metadata.managedFields;
  return pod;
}

/** Tokens of service accounts, from the API server; one warning when it gives none. */
function tokens(cluster: Cluster, log: Logger): TokenFor {
  let hasWarned = false;
  return async (pod, { audience, expirationSeconds = 3607 }) => {
    const { namespace = '', name, uid } = pod.metadata;
    const account = pod.spec.serviceAccountName ?? 'default';
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const answer = await cluster.raw(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          ...(audience === undefined ? {} : { audiences: [audience] }),
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      }),
    });
    if (answer.ok) return ((await answer.json()) as { status?: { token?: string } }).status?.token;
    if (!hasWarned)
      log.warn('service account tokens are not served: pods start without', {
        status: answer.status,
      });
    hasWarned = true;
    return undefined;
  };
}

/** Names and passwords for registries, from the pod's imagePullSecrets. */
async function credentialsOf(
  cluster: Cluster,
  pod: Pod,
): Promise<Map<string, { username: string; password: Hidden<string> }>> {
  const found = new Map<string, { username: string; password: Hidden<string> }>();
  const { namespace = '' } = pod.metadata;
  for (const { name = '' } of pod.spec.imagePullSecrets ?? []) {
    const secret = await cluster.get(kinds.Secret, { namespace, name });
    const text = secret && contentOf(secret).get('.dockerconfigjson')?.toString('utf8');
    for (const [host, entry] of Object.entries(authsOf(text))) {
      const decoded = Buffer.from(entry.auth ?? '', 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      const username = entry.username ?? decoded.slice(0, Math.max(0, colon));
      const password = entry.password ?? decoded.slice(colon + 1);
      found.set(host.replace(/^https?:\/\//, '').replace(/\/.*$/, ''), {
        username,
        password: hide(password),
      });
    }
  }
  return found;
}

type Auths = Record<string, { username?: string; password?: string; auth?: string }>;

function authsOf(text: string | undefined): Auths {
  try {
    return (JSON.parse(text ?? '{}') as { auths?: Auths }).auths ?? {};
  } catch {
    // A broken pull secret means pulling without it, as a kubelet does.
    return {};
  }
}
