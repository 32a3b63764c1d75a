import { KnownError, messageOf, type Run } from '../../../base/index.ts';
import type {
  ContainerToStart,
  Exited,
  FoundContainer,
  PulledImage,
  RunningContainer,
  Sandbox,
} from '../driver.ts';
import type { LogFile } from '../logs/log-file.ts';
import type { LogStore } from '../logs/log-store.ts';
import { runProbes } from '../probes/probes.ts';
import { tryAction } from '../probes/probe.ts';
import { isSidecar, nextBackoffMs, restarts } from './decide-pod.ts';
import { earlierEnd, earlierStatus } from './earlier-life.ts';
import type { ContainerReport } from './pod-status.ts';
import { stopContainer } from './stop-container.ts';
import { maxWaitMs, reasonOf, WaitingError, waitText } from './waiting.ts';
import { timeText, type ContainerSpec, type Pod, type Terminated } from './pod.ts';

/** What a container's life needs from its pod's. */
export interface ContainerPorts {
  readonly pod: () => Pod;
  readonly run: Run;
  readonly logs: LogStore;
  readonly sandbox: () => Sandbox;
  readonly pull: (spec: ContainerSpec) => Promise<PulledImage>;
  /** Environment, command and mounts; throws a KnownError when something it names is not there. */
  readonly settings: (
    spec: ContainerSpec,
  ) => Promise<Pick<ContainerToStart, 'env' | 'command' | 'args' | 'mounts'>>;
  /** Something has changed: the pod looks again. */
  readonly changed: () => void;
  readonly tell: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** One container of a pod, over all its attempts. */
export class ContainerLife {
  readonly spec: ContainerSpec;
  readonly isInit: boolean;
  readonly #ports: ContainerPorts;
  #state: ContainerReport['state'] = 'waiting';
  #waiting: ContainerReport['waiting'];
  #terminated: Terminated | undefined;
  #last: Terminated | undefined;
  #notBefore: number | undefined;
  #backoffMs: number | undefined;
  #startTries = 0;
  #started = false;
  #ready = false;
  #restartCount = 0;
  #startedAt: Date | undefined;
  #imageId = '';
  #running: RunningContainer | undefined;
  #starting: Promise<void> | undefined;
  #probing: AbortController | undefined;

  constructor(spec: ContainerSpec, isInit: boolean, ports: ContainerPorts) {
    this.spec = spec;
    this.isInit = isInit;
    this.#ports = ports;
    const before = earlierStatus(ports.pod(), spec.name);
    if (before === undefined) return;
    this.#imageId = before.imageID;
    this.#restartCount = before.restartCount;
    this.#last = before.lastState.terminated;
    const ended = earlierEnd(before, ports.run.clock);
    if (ended === undefined) return;
    this.#state = 'terminated';
    this.#terminated = ended;
  }

  get running(): RunningContainer | undefined {
    return this.#running;
  }

  /** As the status shows it. */
  get report(): ContainerReport {
    return {
      spec: this.spec,
      isInit: this.isInit,
      state: this.#state,
      waiting: this.#waiting,
      terminated: this.#terminated,
      last: this.#last,
      notBefore: this.#notBefore,
      started: this.#started,
      // An init container is ready when it has done its work.
      ready: this.isInit && !isSidecar(this) ? this.#terminated?.exitCode === 0 : this.#ready,
      restartCount: this.#restartCount,
      startedAt: this.#startedAt && timeText(this.#startedAt),
      imageId: this.#imageId,
      containerId: this.#running?.id ?? this.#terminated?.containerID,
    };
  }

  /** Starts it: image, environment, process, probes. What goes wrong becomes a waiting reason and is tried again. */
  start(): void {
    if (this.#state === 'starting' || this.#state === 'running') return;
    this.#state = 'starting';
    this.#starting = this.#start();
  }

  async #start(): Promise<void> {
    this.#waiting = undefined;
    const { run, changed, tell } = this.#ports;
    try {
      const image = await this.#pull();
      const settings = await this.#settings();
      await this.#launch(image, settings);
      this.#startTries = 0;
    } catch (thrown) {
      if (run.signal.aborted) return;
      this.#state = this.#terminated === undefined ? 'waiting' : 'terminated';
      const message = messageOf(thrown);
      const { reason, event } = reasonOf(thrown);
      this.#waiting = { reason, message };
      if (event) tell('Warning', 'Failed', `Error: ${message}`);
      this.#startTries += 1;
      const waitMs = Math.min(500 * 2 ** this.#startTries, maxWaitMs(this.spec.image));
      this.#notBefore = run.clock.now().getTime() + waitMs;
      if (!(thrown instanceof KnownError))
        run.log.error('a container could not be started', { err: message });
    }
    changed();
  }

  async #pull(): Promise<PulledImage> {
    const { pull, tell, run } = this.#ports;
    const { image } = this.spec;
    const from = run.clock.now().getTime();
    try {
      const pulled = await pull(this.spec);
      const took = `${run.clock.now().getTime() - from}ms`;
      tell(
        'Normal',
        'Pulled',
        pulled.cached
          ? `Container image "${image}" already present on machine`
          : `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.bytes ?? 0} bytes.`,
      );
      this.#imageId = pulled.id;
      return pulled;
    } catch (thrown) {
      if (run.signal.aborted) throw thrown;
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${messageOf(thrown)}`);
      const reason = this.#startTries > 0 ? 'ImagePullBackOff' : 'ErrImagePull';
      const message =
        this.#startTries > 0
          ? `Back-off pulling image "${image}": ${messageOf(thrown)}`
          : messageOf(thrown);
      if (this.#startTries > 0) tell('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      throw new WaitingError(reason, message);
    }
  }

  async #settings() {
    try {
      return await this.#ports.settings(this.spec);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      throw new WaitingError('CreateContainerConfigError', thrown.message, true);
    }
  }

  async #launch(
    image: PulledImage,
    settings: Awaited<ReturnType<ContainerPorts['settings']>>,
  ): Promise<void> {
    const { logs, tell, run, sandbox, pod } = this.#ports;
    const { uid = '' } = pod().metadata;
    const { name } = this.spec;
    const isAgain = this.#terminated !== undefined;
    const attempt = logs.nextAttempt(uid, name);
    const file = logs.open({ uid, container: name, attempt });
    let running: RunningContainer;
    try {
      running = await sandbox().start({
        spec: this.spec,
        image,
        ...settings,
        attempt,
        log: file.write,
      });
    } catch (thrown) {
      file.end();
      throw thrown;
    }
    tell('Normal', 'Created', `Created container: ${name}`);
    tell('Normal', 'Started', `Started container ${name}`);
    if (isAgain) {
      this.#restartCount += 1;
      this.#last = this.#terminated;
    }
    this.#runs(running, file, run.clock.now());
    if (run.signal.aborted) running.kill('SIGKILL');
    this.#watch(running, true);
  }

  /** Goes on with a container that an earlier life of the platform started. */
  adopt(found: FoundContainer): void {
    if (this.#running !== undefined || this.#state === 'starting') return;
    const { logs, pod, changed } = this.#ports;
    const { uid = '' } = pod().metadata;
    const at = { uid, container: this.spec.name, attempt: found.attempt };
    const since = logs.lastWritten(at);
    const file = logs.open(at);
    const running = found.goOn(file.write, since);
    const before = earlierStatus(pod(), this.spec.name);
    this.#ready = before?.ready === true;
    this.#started = before?.started === true;
    this.#runs(running, file, found.startedAt);
    this.#watch(running, false);
    changed();
  }

  #runs(running: RunningContainer, file: LogFile, startedAt: Date): void {
    this.#waiting = undefined;
    this.#terminated = undefined;
    this.#state = 'running';
    this.#running = running;
    this.#startedAt = startedAt;
    void running.exited.then((exited) => {
      file.end();
      this.#ended(exited, running.id);
    });
  }

  #watch(running: RunningContainer, isNew: boolean): void {
    const { run, changed, tell, sandbox } = this.#ports;
    const probing = new AbortController();
    this.#probing = probing;
    const signal = AbortSignal.any([run.signal, probing.signal]);
    const target = { spec: this.spec, sandbox: sandbox(), running };
    const postStart = this.spec.lifecycle?.postStart;
    if (postStart && isNew)
      tryAction(target, postStart, signal).then(
        ({ ok, why }) => ok || tell('Warning', 'FailedPostStartHook', why),
        (thrown: unknown) => tell('Warning', 'FailedPostStartHook', messageOf(thrown)),
      );
    void runProbes(
      target,
      {
        started: () => {
          this.#started = true;
          changed();
        },
        ready: (isReady) => {
          this.#ready = isReady;
          changed();
        },
        failed: (kind) => {
          const message = `Container ${this.spec.name} failed ${kind} probe, will be restarted`;
          tell('Normal', 'Killing', message);
          void this.stop(this.#ports.pod().spec.terminationGracePeriodSeconds ?? 30);
        },
        unhealthy: (message) => tell('Warning', 'Unhealthy', message),
      },
      { ...run, signal },
    );
  }

  #ended({ exitCode, signal, reason, message }: Exited, containerID: string): void {
    this.#probing?.abort();
    const now = this.#ports.run.clock.now();
    const startedAt = this.#startedAt ?? now;
    this.#terminated = {
      exitCode,
      ...(signal === undefined ? {} : { signal }),
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      ...(message === undefined ? {} : { message }),
      startedAt: timeText(startedAt),
      finishedAt: timeText(now),
      containerID,
    };
    this.#state = 'terminated';
    this.#running = undefined;
    this.#ready = false;
    this.#started = false;
    const waitMs = nextBackoffMs(this.#backoffMs, now.getTime() - startedAt.getTime());
    this.#backoffMs = waitMs;
    this.#notBefore = now.getTime() + waitMs;
    if (waitMs > 0) this.#holdBack(waitMs);
    this.#ports.changed();
  }

  /** It will be started again, but not at once. */
  #holdBack(waitMs: number): void {
    const { pod, tell } = this.#ports;
    const { metadata, spec } = pod();
    if (metadata.deletionTimestamp !== undefined || !restarts(spec, this.report)) return;
    const { name, namespace = '', uid = '' } = metadata;
    const message = `back-off ${waitText(waitMs)} restarting failed container=${this.spec.name} pod=${name}_${namespace}(${uid})`;
    this.#waiting = { reason: 'CrashLoopBackOff', message };
    const where = `container ${this.spec.name} in pod ${name}_${namespace}(${uid})`;
    tell('Warning', 'BackOff', `Back-off restarting failed ${where}`);
  }

  /** Ends it within its grace. Resolves when it has ended. */
  async stop(graceSeconds: number): Promise<void> {
    await this.#starting;
    const running = this.#running;
    if (running === undefined) return;
    this.#probing?.abort();
    const { sandbox, tell, run } = this.#ports;
    const target = { spec: this.spec, sandbox: sandbox(), running };
    await stopContainer(target, graceSeconds, tell, run.clock);
  }
}
