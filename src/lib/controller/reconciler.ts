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
  /**
   * The Warning event on something thrown; `undefined` writes none (the reconciler tells it in its own
   * way). Absent: the error's code is the reason, its message the text.
   */
  failureEvent?(object: O, error: KnownError): FailureEvent | undefined;
  /** Writes how it went; absent means: this kind has no status of ours. */
  readonly status?: StatusWriter<O, View>;
}

/** A Warning event about an object. */
export interface FailureEvent {
  /** One word, e.g. `FailedReleaseSync`. */
  readonly reason: string;
  readonly message: string;
  /** The object as events are to name it; the reconciled one when absent. */
  readonly about?: KubeObject;
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
  /**
   * Begin with the object as the watch told it instead of asking for it, so that a pass with nothing to
   * do reads nothing. After a pass that acted or wrote, the cluster is asked until the watch has caught up.
   */
  readonly trustsWatch?: boolean;
  /** Name in events and as field manager. */
  readonly name: string;
}
