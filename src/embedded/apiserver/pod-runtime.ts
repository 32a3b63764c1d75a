import type { KubeObject } from '../../base/index.ts';

/** Which log lines of a container are wanted. */
export interface LogsOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Only the last lines. */
  readonly tailLines?: number;
  /** RFC 3339; only lines written at or after it. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  readonly signal: AbortSignal;
}

/** A command to run in a container that is already there. */
export interface ExecOptions {
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin?: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
}

/** A command that runs: both outputs end before `exit` tells the code. */
export interface Executing {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<number>;
  readonly resize?: (width: number, height: number) => void;
}

/**
 * What the API server asks of whoever runs the pods. It is a port: the runtime implements it without
 * knowing this file. Failures are `KnownError`s whose message is shown to the caller.
 */
export interface PodRuntime {
  logs(pod: KubeObject, options: LogsOptions): Promise<ReadableStream<Uint8Array>>;
  exec(pod: KubeObject, options: ExecOptions): Promise<Executing>;
  /** Joins the process that already runs; absent: attaching is answered with an error. */
  attach?(pod: KubeObject, options: Omit<ExecOptions, 'command'>): Promise<Executing>;
  /** Where a port of the pod can be reached from this process. */
  dial(pod: KubeObject, port: number): Promise<{ readonly host: string; readonly port: number }>;
}
