import type { FluxEvent } from './flux-event.ts';

/** What an event is about, besides what it carries itself. */
export interface EventOrigin {
  /** Name of the repository in the settings. */
  readonly repository: string;
  /** Without password. */
  readonly url: string;
  readonly branch: string;
  /** Flux's words for the event, as logged. */
  readonly text: string;
}

/**
 * A receiver of events. Delivery is never waited for: each sink has a queue of its own, in order, and
 * a failure is tried again with growing pauses. What a full queue cannot hold is dropped and logged.
 */
export interface EventSink {
  /** For the log: where events go, without secrets. */
  readonly name: string;
  /** Rejects when the receiver did not take it; a `KnownError` whose `retry` is `when-changed` is not tried again. */
  send(event: FluxEvent, origin: EventOrigin, signal: AbortSignal): Promise<void>;
}
