import type { Clock, Key } from '../../base/index.ts';
import { keyText } from '../../base/index.ts';
import type { FailedAttempt } from './view.ts';

/** What failed lately, so that it is not tried again at once. Forgotten with the process: then one more try is right. */
export interface Attempts {
  /** It rests `retryMs`, and twice as long after every further failure of the same, up to `maxMs`. */
  failed(key: Key, attempt: { of: string; message: string; retryMs: number; maxMs: number }): void;
  succeeded(key: Key): void;
  last(key: Key): FailedAttempt | undefined;
}

export function createAttempts(clock: Clock): Attempts {
  const held = new Map<string, { of: string; message: string; again: number; restMs: number }>();
  return {
    failed: (key, { of, message, retryMs, maxMs }) => {
      const before = held.get(keyText(key));
      const restMs = Math.min(before?.of === of ? before.restMs * 2 : retryMs, maxMs);
      held.set(keyText(key), { of, message, restMs, again: clock.now().getTime() + restMs });
    },
    succeeded: (key) => void held.delete(keyText(key)),
    last: (key) => {
      const found = held.get(keyText(key));
      if (found === undefined) return undefined;
      const { of, message, again } = found;
      return { of, message, againInMs: again - clock.now().getTime() };
    },
  };
}
