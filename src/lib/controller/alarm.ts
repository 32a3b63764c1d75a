import type { Clock } from '../../base/index.ts';

/** Something a loop waits for: until a time has come, or someone rings. */
export interface Alarm {
  /** Ends the present wait, or the next one when nobody is waiting. */
  ring(): void;
  /** Resolves after `ms`, when it was rung, or when the signal aborts, whichever comes first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createAlarm(clock: Clock): Alarm {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async wait(ms, signal) {
      if (!isRung && !signal.aborted && ms > 0) {
        const timer = new AbortController();
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { signal: timer.signal });
          clock.sleep(ms, timer.signal).then(resolve, () => {});
        });
        wake = undefined;
        timer.abort();
      }
      isRung = false;
    },
  };
}
