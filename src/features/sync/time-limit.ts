import { KnownError } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';

/**
 * Runs work with a signal that aborts when the outer one does, or when the time is over; in the
 * second case the result is a `KnownError('timeout')`.
 */
export async function withTimeLimit<T>(
  limit: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal; what: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const ended = new AbortController();
  const error = new KnownError('timeout', `${limit.what} took longer than ${limit.ms / 1000}s`);
  const timer = limit.clock
    .sleep(limit.ms, AbortSignal.any([limit.signal, ended.signal]))
    .then(() => over.abort(error))
    .catch(() => {});
  try {
    return await work(AbortSignal.any([limit.signal, over.signal]));
  } catch (thrown) {
    throw over.signal.aborted ? error : thrown;
  } finally {
    ended.abort();
    await timer;
  }
}
