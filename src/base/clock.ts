/** Time as a port: only the apps hand out the system's clock, tests hand out a fake one. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node's timers run for 24.8 days at most; with more they end at once. */
const longestTimerMs = 2_147_483_647;

/** The machine's clock. A sleeping promise does not keep the process alive by itself. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= longestTimerMs) {
      await timer(Math.min(left, longestTimerMs), signal);
      if (left <= longestTimerMs) return;
    }
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(running);
      reject(signal?.reason as Error);
    };
    const running = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    return signal?.addEventListener('abort', stop, { once: true });
  });
}
