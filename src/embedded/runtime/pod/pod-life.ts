import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { KnownError, messageOf, type Clock, type Logger, type Run } from '../../../base/index.ts';
import { kinds, recordEvent, type Cluster } from '../../../lib/kube/index.ts';
import type { PodDriver, PullHow, Sandbox } from '../driver.ts';
import type { LogStore } from '../logs/log-store.ts';
import { createPodVolumes, type PodVolumes } from '../volumes/pod-volumes.ts';
import type { Sources } from '../volumes/sources.ts';
import type { TokenFor } from '../volumes/volume-files.ts';
import { ContainerLife, type ContainerPorts } from './container-life.ts';
import { decidePod, type PodPlan } from './decide-pod.ts';
import { containerEnv, expand } from './env.ts';
import { podStatus } from './pod-status.ts';
import { timeText, type ContainerSpec, type Pod, type PodStatus } from './pod.ts';

/** What all pods of the node share. */
export interface PodPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly drivers: readonly PodDriver[];
  readonly logs: LogStore;
  readonly sources: Sources;
  readonly tokenFor: TokenFor;
  readonly credentialsOf: (pod: Pod) => Promise<NonNullable<PullHow['credentials']>>;
  readonly hostIP: string;
  readonly apiServer: { readonly host: string; readonly port: number };
  /** Folder of all pods. */
  readonly dir: string;
}

const firstRetryMs = 1000;
const maxRetryMs = 60_000;

/**
 * One pod from the day it is bound here to the day it is gone. All decisions are made in `#step`, one at
 * a time; everything that takes long runs beside it and calls `wake` when it is through.
 */
export class PodLife {
  readonly #ports: PodPorts;
  readonly #run: Run;
  readonly #stop = new AbortController();
  readonly #containers: ContainerLife[];
  readonly #volumes: PodVolumes;
  #pod: Pod;
  #isGone = false;
  #wake: () => void = () => {};
  #isWoken = true;
  #driver: PodDriver | undefined;
  #sandbox: Sandbox | undefined;
  #preparing: Promise<void> | undefined;
  #isPrepared = false;
  #prepareTries = 0;
  #retryAt = 0;
  #termination: { deadline: number; hasEnded: boolean } | undefined;
  #failure: { reason: string; message: string } | undefined;
  readonly #startTime: string;
  /** Resolves when nothing of the pod is left on this machine, or the run was ended. */
  readonly done: Promise<void>;

  constructor(pod: Pod, ports: PodPorts, signal: AbortSignal) {
    this.#pod = pod;
    this.#ports = ports;
    const { name, namespace = '' } = pod.metadata;
    const log = ports.log.with({ pod: `${namespace}/${name}` });
    const all = AbortSignal.any([signal, this.#stop.signal]);
    this.#run = { signal: all, log, clock: ports.clock };
    this.#startTime = pod.status?.startTime ?? timeText(ports.clock.now());
    const facts = () => ({ podIP: this.#sandbox?.podIP, hostIP: ports.hostIP });
    const { sources, tokenFor } = ports;
    const volumePorts = { sources, tokenFor, latest: () => this.#pod, podFacts: facts };
    this.#volumes = createPodVolumes(pod, join(this.#dir, 'volumes'), volumePorts, this.#run);
    this.#containers = [
      ...(pod.spec.initContainers ?? []).map((spec) => this.#container(spec, true)),
      ...pod.spec.containers.map((spec) => this.#container(spec, false)),
    ];
    this.done = this.#live(signal);
  }

  get #dir(): string {
    return join(this.#ports.dir, this.#pod.metadata.uid ?? '');
  }

  /** The pod as the API has it now; undefined when it was removed there. */
  update(pod: Pod | undefined): void {
    if (pod === undefined) this.#isGone = true;
    else this.#pod = pod;
    this.#look();
  }

  /** The place of the pod and its containers, for logs, exec and dial. */
  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  container(name: string): ContainerLife | undefined {
    return this.#containers.find((each) => each.spec.name === name);
  }

  #look(): void {
    this.#isWoken = true;
    this.#wake();
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const event = { about: this.#pod, type, reason, message, source: 'kubelet' } as const;
    void recordEvent(this.#ports.cluster, event, this.#run);
  }

  #container(spec: ContainerSpec, isInit: boolean): ContainerLife {
    const ports: ContainerPorts = {
      pod: () => this.#pod,
      run: this.#run,
      logs: this.#ports.logs,
      sandbox: () => {
        if (this.#sandbox === undefined) throw new KnownError('failed', 'the pod has no place yet');
        return this.#sandbox;
      },
      pull: async (each) => {
        if (this.#driver === undefined) throw new KnownError('failed', 'no driver was chosen');
        const policy = each.imagePullPolicy ?? 'IfNotPresent';
        if (policy === 'Always') this.#tell('Normal', 'Pulling', `Pulling image "${each.image}"`);
        return this.#driver.pull(each.image, await this.#pullHow(policy));
      },
      settings: (each) => this.#settings(each),
      changed: () => this.#look(),
      tell: (type, reason, message) => this.#tell(type, reason, message),
    };
    return new ContainerLife(spec, isInit, ports);
  }

  async #pullHow(policy: string): Promise<PullHow> {
    const credentials = await this.#ports.credentialsOf(this.#pod);
    return { policy, credentials, signal: this.#run.signal };
  }

  async #settings(spec: ContainerSpec) {
    const { cluster, sources, hostIP, apiServer } = this.#ports;
    const { namespace = '', name } = this.#pod.metadata;
    const services =
      this.#pod.spec.enableServiceLinks === false
        ? []
        : (await cluster.list(kinds.Service, { namespace })).items;
    const facts = { podIP: this.#sandbox?.podIP, hostIP };
    const own = await containerEnv(this.#pod, spec, { sources, services, facts, apiServer });
    const env = { HOSTNAME: this.#pod.spec.hostname ?? name, ...own };
    const mounts = await this.#volumes.mountsOf(spec);
    return {
      env,
      mounts,
      ...(spec.command ? { command: spec.command.map((each) => expand(each, env)) } : {}),
      ...(spec.args ? { args: spec.args.map((each) => expand(each, env)) } : {}),
    };
  }

  async #live(outer: AbortSignal): Promise<void> {
    outer.addEventListener('abort', () => this.#look(), { once: true });
    while (!outer.aborted) {
      this.#isWoken = false;
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      let waitMs: number | undefined;
      try {
        waitMs = await this.#step();
      } catch (thrown) {
        if (outer.aborted) break;
        this.#run.log.warn('a pod could not be looked after', { err: messageOf(thrown) });
        waitMs = firstRetryMs;
      }
      if (waitMs === ended) return;
      if (!this.#isWoken) await this.#pause(woken, waitMs);
    }
    // The platform stops: its containers end with it, while the API keeps the pod for the next start.
    await this.#stopAll(2);
    await this.#sandbox?.close();
  }

  async #pause(woken: Promise<void>, waitMs: number | undefined): Promise<void> {
    if (waitMs === undefined) return woken;
    const stop = new AbortController();
    await Promise.race([woken, this.#ports.clock.sleep(waitMs, stop.signal).catch(() => {})]);
    stop.abort();
  }

  /** One look at the pod; milliseconds until the next, undefined for as long as nothing changes. */
  async #step(): Promise<number | undefined> {
    if (this.#isGone) return this.#leave();
    const { deletionTimestamp } = this.#pod.metadata;
    if (deletionTimestamp !== undefined) return this.#terminate(Date.parse(deletionTimestamp));
    const now = this.#ports.clock.now().getTime();
    const plan = decidePod(
      this.#pod.spec,
      this.#containers.map((each) => each.report),
      now,
    );
    const hasEnded = plan.phase === 'Succeeded' || plan.phase === 'Failed' || this.#wasOver();
    if (hasEnded || this.#failure !== undefined) {
      await this.#writeStatus(plan);
      await this.#finish();
      return undefined;
    }
    const overdueMs = this.#overdueMs(now);
    if (overdueMs !== undefined && overdueMs <= 0) return this.#fail();
    if (!this.#isPrepared) {
      await this.#writeStatus(plan);
      if (this.#preparing !== undefined) return undefined;
      if (now < this.#retryAt) return this.#retryAt - now;
      this.#preparing = this.#prepare().finally(() => {
        this.#preparing = undefined;
        this.#look();
      });
      return undefined;
    }
    for (const name of plan.start) this.container(name)?.start();
    await this.#writeStatus(plan);
    const waits = [plan.waitMs, overdueMs].filter((each) => each !== undefined);
    return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits));
  }

  /** It had ended before this program was started. */
  #wasOver(): boolean {
    const phase = this.#pod.status?.phase;
    return phase === 'Succeeded' || phase === 'Failed';
  }

  #overdueMs(now: number): number | undefined {
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds === undefined) return undefined;
    return Date.parse(this.#startTime) + activeDeadlineSeconds * 1000 - now;
  }

  async #fail(): Promise<number> {
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#tell('Warning', 'DeadlineExceeded', message);
    await this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    return 1;
  }

  /** Chooses the driver, makes the place and the volumes; tried again with growing waits. */
  async #prepare(): Promise<void> {
    try {
      this.#driver ??= await this.#choose();
      if (this.#driver !== undefined) {
        const wish = { podIP: this.#pod.status?.podIP };
        this.#sandbox ??= await this.#driver.openSandbox(this.#pod, wish);
        await this.#volumes.prepare(this.#pod, {
          podIP: this.#sandbox.podIP,
          hostIP: this.#ports.hostIP,
        });
        this.#isPrepared = true;
        return;
      }
    } catch (thrown) {
      if (this.#run.signal.aborted) return;
      const message = messageOf(thrown);
      if (!(thrown instanceof KnownError))
        this.#run.log.error('a pod could not be prepared', { err: message });
      const isMount = message.startsWith('MountVolume');
      this.#tell('Warning', isMount ? 'FailedMount' : 'FailedCreatePodSandBox', message);
    }
    this.#prepareTries += 1;
    const waitMs = Math.min(firstRetryMs * 2 ** (this.#prepareTries - 1), maxRetryMs);
    this.#retryAt = this.#ports.clock.now().getTime() + waitMs;
  }

  /** The first driver that can run every container; when there is none, the event says what to install. */
  async #choose(): Promise<PodDriver | undefined> {
    const reasons = new Set<string>();
    for (const driver of this.#ports.drivers) {
      const refusal = await this.#refusal(driver);
      if (refusal === undefined) return driver;
      if (refusal !== '') reasons.add(refusal);
    }
    const why = [...reasons].join('; ') || 'no driver is configured';
    this.#tell(
      'Warning',
      'FailedCreatePodSandBox',
      `No driver on this node can run the pod: ${why}`,
    );
    return undefined;
  }

  async #refusal(driver: PodDriver): Promise<string | undefined> {
    for (const { spec } of this.#containers) {
      const how = await this.#pullHow(spec.imagePullPolicy ?? 'IfNotPresent');
      const refusal = await driver.refuses(this.#pod, spec, how);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  async #writeStatus(plan: Pick<PodPlan, 'phase' | 'initialized'>): Promise<void> {
    const { cluster, clock, hostIP } = this.#ports;
    const over = this.#wasOver() ? this.#pod.status?.phase : undefined;
    if (over !== undefined && this.#failure === undefined && over !== plan.phase) return;
    const status = podStatus(this.#pod, {
      plan,
      containers: this.#containers.map((each) => each.report),
      podIP: this.#sandbox?.podIP ?? this.#pod.status?.podIP,
      hostIP,
      startTime: this.#startTime,
      now: clock.now(),
      failure: this.#failure,
    });
    if (isDeepStrictEqual(this.#pod.status, { ...this.#pod.status, ...status })) return;
    const { uid } = this.#pod.metadata;
    const patch = { metadata: { uid }, status: status as Record<string, unknown> };
    const how = { type: 'merge', subresource: 'status' } as const;
    try {
      const written = (await cluster.patch(kinds.Pod, this.#pod.metadata, patch, how)) as Pod;
      // A newer object may have come by the watch meanwhile; only the status is taken from the answer.
      if (!this.#isGone) this.#pod = { ...this.#pod, status: written.status as PodStatus };
    } catch (thrown) {
      const isGone =
        thrown instanceof KnownError && (thrown.code === 'not-found' || thrown.code === 'conflict');
      if (!isGone) throw thrown;
    }
  }

  /** After the last container: sidecars end, the address is free, logs stay until the pod is deleted. */
  async #finish(): Promise<void> {
    await this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    await this.#sandbox?.close();
    this.#sandbox = undefined;
    this.#stop.abort();
  }

  async #stopAll(graceSeconds: number): Promise<void> {
    await Promise.all(this.#containers.map((each) => each.stop(graceSeconds)));
  }

  /** Ends the containers once, and again with less patience when a second delete asks for it. */
  async #terminate(deadline: number): Promise<number | undefined> {
    const known = this.#termination;
    if (known?.hasEnded === true) return this.#leave();
    if (known !== undefined && deadline >= known.deadline) return undefined;
    const now = this.#ports.clock.now().getTime();
    const left = Math.max(0, Math.ceil((deadline - now) / 1000));
    const grace = Math.min(this.#pod.metadata.deletionGracePeriodSeconds ?? left, left);
    const termination = known ?? { deadline, hasEnded: false };
    termination.deadline = deadline;
    this.#termination = termination;
    if (known === undefined) {
      for (const each of this.#containers)
        if (each.running) this.#tell('Normal', 'Killing', `Stopping container ${each.spec.name}`);
      this.#stop.abort();
    }
    void this.#stopAll(grace).then(() => {
      termination.hasEnded = true;
      this.#look();
    });
    return undefined;
  }

  /** Nothing runs any more: the place is freed, the API told, the files removed. */
  async #leave(): Promise<number> {
    this.#stop.abort();
    await this.#preparing;
    await this.#stopAll(0);
    await this.#sandbox?.close();
    this.#sandbox = undefined;
    const { uid } = this.#pod.metadata;
    if (!this.#isGone) {
      const preconditions = uid === undefined ? {} : { uid };
      await this.#ports.cluster
        .delete(kinds.Pod, this.#pod.metadata, { gracePeriodSeconds: 0, preconditions })
        .catch((thrown: unknown) => {
          if (!(thrown instanceof KnownError && thrown.code === 'conflict')) throw thrown;
        });
    }
    await rm(this.#dir, { recursive: true, force: true });
    await rm(this.#ports.logs.dirOf(uid ?? ''), { recursive: true, force: true });
    return ended;
  }
}

/** What a step returns when the pod is no more. */
const ended = -1;
