import { keyText } from '../../../base/index.ts';
import type { Clock, Key } from '../../../base/index.ts';

/** What was repaired lately: two who each put a field back must not do so for ever. */
export interface Repairs {
  note(key: Key, text: string): void;
  /** Whether the same drift may be repaired once more. */
  mayRepair(key: Key, text: string): boolean;
}

const maxRepairs = 3;
const windowMs = 10 * 60_000;

/** Allows three repairs of the same drift in ten minutes. Forgotten with the process. */
export function createRepairs(clock: Clock): Repairs {
  const held = new Map<string, { text: string; times: number[] }>();
  const recent = (key: Key, text: string): number[] => {
    const known = held.get(keyText(key));
    const since = clock.now().getTime() - windowMs;
    return known?.text === text ? known.times.filter((time) => time > since) : [];
  };
  return {
    note: (key, text) => {
      const times = [...recent(key, text), clock.now().getTime()];
      held.set(keyText(key), { text, times });
    },
    mayRepair: (key, text) => recent(key, text).length < maxRepairs,
  };
}
