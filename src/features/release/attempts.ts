import type { Clock, Key } from '../../base/index.ts';
import { keyText } from '../../base/index.ts';
import type { FailedAttempt } from './decide.ts';

/** What failed lately, so that it is not tried again at once. Forgotten with the process: then one more try is right. */
export interface Attempts {
  failed(key: Key, attempt: { of: string; message: string; retryMs: number }): void;
  succeeded(key: Key): void;
  last(key: Key): FailedAttempt | undefined;
}

export function createAttempts(clock: Clock): Attempts {
  const held = new Map<string, { of: string; message: string; again: number }>();
  return {
    failed: (key, { of, message, retryMs }) => {
      held.set(keyText(key), { of, message, again: clock.now().getTime() + retryMs });
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
