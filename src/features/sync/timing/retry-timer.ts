import { KnownError } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';

/** When something that failed is tried again: after a second, then after twice as long each time. */
export interface RetryTimer {
  /** Milliseconds since 1970; infinite when nothing is to be tried again. */
  readonly at: number;
  /** It failed; undefined where no error tells why. What only a change can mend is not tried again. */
  later(thrown: unknown): void;
  never(): void;
}

const firstMs = 1000;

export function createRetryTimer(clock: Clock, longestMs: number): RetryTimer {
  let at = Number.POSITIVE_INFINITY;
  let pauseMs = firstMs;
  const never = (): void => {
    at = Number.POSITIVE_INFINITY;
    pauseMs = firstMs;
  };
  return {
    get at() {
      return at;
    },
    never,
    later(thrown) {
      if (thrown instanceof KnownError && thrown.retry === 'when-changed') return never();
      at = clock.now().getTime() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestMs);
      return undefined;
    },
  };
}
