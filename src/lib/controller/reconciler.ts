import type { Clock, KnownError, Key, Kind, KubeObject, Logger, Run } from '../../base/index.ts';
import type { Cluster } from '../kube/index.ts';

/** What is to happen next for one object, and why, in words a person reads in `kubectl describe`. */
export type Decision<Step> =
  /** Do one thing, then look again. */
  | { readonly is: 'act'; readonly step: Step; readonly because: string }
  /** Nothing to do until something changes or the time has passed. Ready is Unknown. */
  | { readonly is: 'wait'; readonly because: string; readonly recheckMs: number }
  /** As it should be. Ready is True. */
  | { readonly is: 'done'; readonly because: string; readonly recheckMs?: number };

/**
 * Turns one object's spec into the world. A request is a key, never an event: each round starts by
 * looking. The same step decided three times in a row without an error is a stall, and is reported.
 */
export interface Reconciler<O extends KubeObject, View, Step> {
  readonly kind: Kind<O>;
  /** Reads only. */
  observe(object: O, run: Run): Promise<View>;
  /** Pure and synchronous: all the thinking, all the table tests. */
  decide(object: O, view: View): Decision<Step>;
  /** The only writes. */
  act(object: O, step: Step, run: Run): Promise<void>;
  /** Undoes what `act` did outside the object; present means: the runtime keeps a finalizer of this name. */
  readonly finalizer?: string;
  finalize?(object: O, run: Run): Promise<void>;
  /** A step's name, for counting repeats and for metrics; its JSON text when absent. */
  nameOf?(step: Step): string;
  /** True: leave it alone. */
  isSuspended?(object: O): boolean;
  /** Writes how it went; absent means: this kind has no status of ours. */
  readonly status?: StatusWriter<O, View>;
}

/** Merged into the object's status by the runtime, once, after the last round, and only when it differs. */
export type StatusWriter<O extends KubeObject, View> = (
  object: O,
  how: {
    readonly view?: View;
    readonly decision?: Decision<unknown>;
    readonly error?: KnownError;
    readonly now: Date;
  },
) => Record<string, unknown> | undefined;

export interface ControllerPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keys to look at again for reasons of the feature's own (a push, a changed ConfigMap). */
  readonly wake?: (enqueue: (key: Key) => void, signal: AbortSignal) => void;
  readonly workers?: number;
  /** Only objects of this namespace. */
  readonly namespace?: string;
  /** Name in events and as field manager. */
  readonly name: string;
}
