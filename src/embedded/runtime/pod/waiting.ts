import { KnownError } from '../../../base/index.ts';

/** Why a container waits, as its status says it. */
export class WaitingError extends KnownError {
  readonly reason: string;
  readonly event: boolean;

  constructor(reason: string, message: string, event = false) {
    super('failed', message);
    this.reason = reason;
    this.event = event;
  }
}

/** The reason a status gives for a container that could not be started, and whether an event says so too. */
export function reasonOf(thrown: unknown): { reason: string; event: boolean } {
  if (thrown instanceof WaitingError) return thrown;
  return { reason: 'RunContainerError', event: true };
}

/** `10s`, `2m40s`: a duration as Go prints it. */
export function waitText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

/**
 * The longest wait between two tries to start a container whose image or settings are missing. A registry
 * on this machine is asked often: its image may be in the making, and asking costs nothing.
 */
export function maxWaitMs(image: string): number {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(image) ? 2000 : 300_000;
}
