import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { KnownError, messageOf, type Clock, type Logger, type Run } from '../../../base/index.ts';
import { kinds, recordEvent, type Cluster } from '../../../lib/kube/index.ts';
import type { FoundContainer, PodDriver, PullHow, Sandbox } from '../driver.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FolderOf } from '../volumes/claims.ts';
import type { Sources } from '../volumes/sources.ts';
import type { TokenFor } from '../volumes/volume-files.ts';
import { ContainerLife, type ContainerPorts } from './container-life.ts';
import { decidePod, type PodPlan } from './decide-pod.ts';
import { PodPlace } from './pod-place.ts';
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
  readonly folderOf: FolderOf;
  readonly credentialsOf: (pod: Pod) => Promise<NonNullable<PullHow['credentials']>>;
  readonly hostIP: string;
  readonly apiServer: { readonly host: string; readonly port: number };
  /** Folder of all pods. */
  readonly dir: string;
}

/** Events tell a story afterwards: they are written behind the work, not in its way. */
const behindMs = 50;
const firstRetryMs = 1000;
const maxRetryMs = 60_000;
/** How often a place is tried to be found again before its containers are held for lost. */
const patientTries = 5;

/**
 * One pod from the day it is bound here to the day it is gone. All decisions are made in `#step`, one at
 * a time; everything that takes long runs beside it and calls `wake` when it is through.
 */
export class PodLife {
  readonly #ports: PodPorts;
  readonly #run: Run;
  readonly #stop = new AbortController();
  readonly #containers: ContainerLife[];
  readonly #place: PodPlace;
  #pod: Pod;
  #isGone = false;
  #wake: () => void = () => {};
  #isWoken = true;
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
    this.#place = new PodPlace(
      ports,
      () => this.#pod,
      this.#run,
      (...news) => this.#tell(...news),
    );
    this.#containers = [
      ...(pod.spec.initContainers ?? []).map((spec) => this.#container(spec, true)),
      ...pod.spec.containers.map((spec) => this.#container(spec, false)),
    ];
    this.done = this.#live(signal);
  }

  /** The pod as the API has it now; undefined when it was removed there. */
  update(pod: Pod | undefined): void {
    if (pod === undefined) this.#isGone = true;
    else this.#pod = pod;
    this.#look();
  }

  /** The place of the pod and its containers, for logs, exec and dial. */
  get sandbox(): Sandbox | undefined {
    return this.#place.sandbox;
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
    const { cluster, clock } = this.#ports;
    void clock.sleep(behindMs).then(() => recordEvent(cluster, event, this.#run));
  }

  #container(spec: ContainerSpec, isInit: boolean): ContainerLife {
    const ports: ContainerPorts = {
      pod: () => this.#pod,
      run: this.#run,
      logs: this.#ports.logs,
      sandbox: () => {
        const { sandbox } = this.#place;
        if (sandbox === undefined) throw new KnownError('failed', 'the pod has no place yet');
        return sandbox;
      },
      pull: (each) => this.#place.pull(each),
      settings: (each) => this.#place.settings(each),
      changed: () => this.#look(),
      tell: (type, reason, message) => this.#tell(type, reason, message),
    };
    return new ContainerLife(spec, isInit, ports);
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
    await this.#preparing;
    const leave = this.#place.sandbox?.leave;
    // The platform stops. Containers of an engine run on and are found again; others end with it, while
    // the API keeps the pod for the next start.
    if (leave !== undefined && this.#termination === undefined) return leave();
    await this.#stopAll(2);
    await this.#place.close();
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
    const now = this.#ports.clock.now().getTime();
    if (this.#mayStillRun) return this.#prepareSoon(now);
    const { deletionTimestamp } = this.#pod.metadata;
    if (deletionTimestamp !== undefined) return this.#terminate(Date.parse(deletionTimestamp));
    const reports = this.#containers.map((each) => each.report);
    const plan = decidePod(this.#pod.spec, reports, now);
    const overdueMs = this.#overdueMs(now);
    if (this.#isThrough(plan)) {
      await this.#writeStatus(plan);
      await this.#finish();
      return undefined;
    }
    if (overdueMs <= 0) return this.#fail();
    if (this.#isPrepared) for (const name of plan.start) this.container(name)?.start();
    const waitMs = this.#isPrepared ? plan.waitMs : this.#prepareSoon(now);
    await this.#writeStatus(plan);
    return soonest(waitMs, overdueMs);
  }

  #isThrough({ phase }: PodPlan): boolean {
    return isOver(phase) || isOver(this.#pod.status?.phase) || this.#failure !== undefined;
  }

  /** Its containers ran when the platform was stopped; whether they still do, the driver must say first. */
  get #mayStillRun(): boolean {
    const { phase, containerStatuses = [], initContainerStatuses = [] } = this.#pod.status ?? {};
    if (this.#place.sandbox !== undefined || this.#prepareTries >= patientTries || isOver(phase))
      return false;
    const all = [...containerStatuses, ...initContainerStatuses];
    return all.some(({ state }) => state.running !== undefined);
  }

  /** Begins to prepare, beside the loop; milliseconds until the next try when the last one failed. */
  #prepareSoon(now: number): number | undefined {
    if (this.#preparing !== undefined) return undefined;
    if (now < this.#retryAt) return this.#retryAt - now;
    this.#preparing = this.#prepare().finally(() => {
      this.#preparing = undefined;
      this.#look();
    });
    return undefined;
  }

  #overdueMs(now: number): number {
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds === undefined) return Infinity;
    return Date.parse(this.#startTime) + activeDeadlineSeconds * 1000 - now;
  }

  async #fail(): Promise<number> {
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#tell('Warning', 'DeadlineExceeded', message);
    await this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    return 1;
  }

  /** Driver, place and volumes; tried again with growing waits. */
  async #prepare(): Promise<void> {
    const found = (running: ReadonlyMap<string, FoundContainer>): void => {
      for (const [name, each] of running) this.container(name)?.adopt(each);
    };
    try {
      const specs = this.#containers.map((each) => each.spec);
      await this.#place.prepare(specs, found);
      this.#isPrepared = true;
      return;
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

  async #writeStatus(plan: Pick<PodPlan, 'phase' | 'initialized'>): Promise<void> {
    const { clock, hostIP } = this.#ports;
    // What has ended stays as it ended, also when a later start of this program knows less.
    const { phase } = this.#pod.status ?? {};
    if (isOver(phase) && this.#failure === undefined && phase !== plan.phase) return;
    const status = podStatus(this.#pod, {
      plan,
      containers: this.#containers.map((each) => each.report),
      podIP: this.#place.sandbox?.podIP ?? this.#pod.status?.podIP,
      hostIP,
      startTime: this.#startTime,
      now: clock.now(),
      failure: this.#failure,
    });
    if (isDeepStrictEqual(this.#pod.status, { ...this.#pod.status, ...status })) return;
    const { uid } = this.#pod.metadata;
    const patch = { metadata: { uid }, status: status as Record<string, unknown> };
    const how = { type: 'merge', subresource: 'status' } as const;
    const written = await this.#ports.cluster
      .patch(kinds.Pod, this.#pod.metadata, patch, how)
      .catch((thrown: unknown) => this.#unlessReplaced(thrown));
    // A newer object may have come by the watch meanwhile; only the status is taken from the answer.
    if (written !== undefined) this.#pod = { ...this.#pod, status: written['status'] as PodStatus };
  }

  /** A conflict can mean another pod of the same name, or only that somebody was faster. */
  async #unlessReplaced(thrown: unknown): Promise<undefined> {
    const isConflict = thrown instanceof KnownError && thrown.code === 'conflict';
    const live = isConflict
      ? await this.#ports.cluster.get(kinds.Pod, this.#pod.metadata)
      : undefined;
    if (live !== undefined && live.metadata.uid === this.#pod.metadata.uid) throw thrown;
    return unlessGone(thrown);
  }

  /** After the last container: sidecars end, the address is free, logs stay until the pod is deleted. */
  async #finish(): Promise<void> {
    await this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    await this.#place.close();
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
    const through = (): void => {
      termination.hasEnded = true;
      this.#look();
    };
    void this.#stopAll(grace).then(through, (thrown: unknown) => {
      this.#run.log.error('a pod did not end in good order', { err: messageOf(thrown) });
      through();
    });
    return undefined;
  }

  /** Nothing runs any more: the place is freed, the API told, the files removed. */
  async #leave(): Promise<number> {
    this.#stop.abort();
    await this.#preparing;
    await this.#stopAll(0);
    await this.#place.close();
    const { uid = '' } = this.#pod.metadata;
    const how = { gracePeriodSeconds: 0, preconditions: { uid } };
    await rm(this.#place.dir, { recursive: true, force: true });
    if (!this.#isGone)
      await this.#ports.cluster.delete(kinds.Pod, this.#pod.metadata, how).catch(unlessGone);
    // Logs can be read for as long as the API shows the pod.
    await rm(this.#ports.logs.dirOf(uid), { recursive: true, force: true });
    return ended;
  }
}

/** What a step returns when the pod is no more. */
const ended = -1;

function soonest(waitMs = Infinity, overdueMs = Infinity): number | undefined {
  const nextMs = Math.min(waitMs, overdueMs);
  return nextMs === Infinity ? undefined : Math.max(1, nextMs);
}

function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The pod was removed, or made anew under its name: nothing is left to write. */
function unlessGone(thrown: unknown): undefined {
  const isGone =
    thrown instanceof KnownError && (thrown.code === 'not-found' || thrown.code === 'conflict');
  if (!isGone) throw thrown;
}
