import type { Hidden } from '../../base/index.ts';
import type { ContainerSpec, Pod, Probe } from './pod/pod.ts';

/**
 * Something that can run containers: the `process` driver, the `simulated` one, or a container
 * engine. The runtime owns the life of a pod (order, restarts, probes, volumes, logs, status); a
 * driver only makes a place for the pod and runs single containers in it. Failures are `KnownError`s,
 * whose message becomes the pod's event.
 */
export interface PodDriver {
  readonly name: string;
  /**
   * Why it cannot run a container, in one sentence that says what to do; undefined when it can. May
   * look at the image in its registry, but fetches no layer. All containers of a pod run on one driver.
   */
  refuses(pod: Pod, container: ContainerSpec, how: PullHow): Promise<string | undefined>;
  /** Makes sure that the image is here. */
  pull(image: string, how: PullHow): Promise<PulledImage>;
  /**
   * Makes the place the pod's containers share: at least an address. `wish` is the address an earlier
   * life of this pod had. Driver that keep containers over a restart give the place that is still there.
   */
  openSandbox(pod: Pod, wish: { readonly podIP: string | undefined }): Promise<Sandbox>;
  /** Ends everything of earlier lives that is not a pod of this list (uids); called once at the start. */
  sweep?(known: ReadonlySet<string>): Promise<void>;
  close?(): Promise<void>;
}

export interface PullHow {
  /** `Always`, `IfNotPresent` or `Never`. */
  readonly policy: string;
  /** Name and password of the pod's imagePullSecrets, by registry host. */
  readonly credentials?: ReadonlyMap<string, { username: string; password: Hidden<string> }>;
  readonly signal: AbortSignal;
}

export interface PulledImage {
  /** As the status shows it, with the digest. */
  readonly id: string;
  readonly bytes?: number;
  /** Nothing had to be fetched. */
  readonly cached: boolean;
}

/** A pod's place. */
export interface Sandbox {
  readonly podIP: string;
  /** Containers of an earlier life of the platform, by name; they are gone on with, not started anew. */
  readonly running?: ReadonlyMap<string, FoundContainer>;
  start(container: ContainerToStart): Promise<RunningContainer>;
  /** Where a port of the pod is reached from this process. */
  dial(port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Present when the driver answers probes itself instead of a real program. */
  probe?(container: string, probe: Probe, kind: string): Promise<boolean>;
  /** What each running container uses; absent: the driver cannot tell. */
  usage?(): Promise<ReadonlyMap<string, ContainerUsage>>;
  /** The platform stops and the containers run on, to be found again; absent: they end with it. */
  leave?(): Promise<void>;
  /** Frees the address. Every container has ended before. */
  close(): Promise<void>;
}

/** A container that was started by an earlier life of the platform; it may have ended meanwhile. */
export interface FoundContainer {
  readonly attempt: number;
  readonly startedAt: Date;
  /** Goes on with it; the log takes what it has written since. */
  goOn(log: ContainerToStart['log'], since: Date | undefined): RunningContainer;
}

export interface ContainerUsage {
  /** Processors kept busy: 0.5 is half of one. */
  readonly cores: number;
  readonly memoryBytes: number;
}

export interface Mount {
  /** Absolute, inside the container. */
  readonly mountPath: string;
  /** Absolute, on this machine. */
  readonly hostPath: string;
  readonly readOnly: boolean;
}

export interface ContainerToStart {
  readonly spec: ContainerSpec;
  readonly image: PulledImage;
  /** Complete and expanded. */
  readonly env: Readonly<Record<string, string>>;
  /** Expanded; absent: the image's own. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly mounts: readonly Mount[];
  /** How often it was started before. */
  readonly attempt: number;
  /** Takes what the container writes; chunks may end anywhere. */
  readonly log: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
}

export interface Exited {
  readonly exitCode: number;
  readonly signal?: number;
  /** `OOMKilled`, when the driver knows; else the runtime says Completed or Error. */
  readonly reason?: string;
  readonly message?: string;
}

export interface RunningContainer {
  /** `<driver>://<id>` in the status. */
  readonly id: string;
  readonly exited: Promise<Exited>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  exec(command: ExecCommand): Promise<Executing>;
  /** Joins the program's own streams; absent: the driver cannot. */
  attach?(streams: Omit<ExecCommand, 'command'>): Promise<Executing>;
}

export interface ExecCommand {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin?: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
}

/** A command that runs in a container; both outputs end before `exit` resolves. */
export interface Executing {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<number>;
  readonly resize?: (width: number, height: number) => void;
}
