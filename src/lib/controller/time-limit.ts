import { KnownError } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** Ends the work too. */
  readonly signal: AbortSignal;
  /** Named in the error: `fetching ssh://…`. */
  readonly what: string;
}

/**
 * Runs work with a signal that aborts when the outer one does, or when the time is over; in the
 * second case the result is a `KnownError('timeout')`. The signals are linked by hand: a signal made
 * by `AbortSignal.any` that nothing else holds may be collected, and then never tells.
 */
export async function withTimeLimit<T>(
  limit: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const error = new KnownError('timeout', `${limit.what} took longer than ${limit.ms / 1000}s`);
  const inner = new AbortController();
  const timer = new AbortController();
  const stop = (): void => inner.abort(limit.signal.reason);
  limit.signal.addEventListener('abort', stop, { once: true });
  limit.clock.sleep(limit.ms, timer.signal).then(
    () => inner.abort(error),
    () => {},
  );
  try {
    limit.signal.throwIfAborted();
    return await work(inner.signal);
  } catch (thrown) {
    throw inner.signal.reason === error ? error : thrown;
  } finally {
    timer.abort();
    limit.signal.removeEventListener('abort', stop);
  }
}
