import type { Clock } from '../../../base/index.ts';

/**
 * Whether a time has come. A time that is further away than it can ever be set means that the clock was
 * turned back: then it has come, too, since nobody knows how long ago it was set.
 */
export function isDue(clock: Clock, atMs: number, longestMs: number): boolean {
  const left = atMs - clock.now().getTime();
  return left <= 0 || (Number.isFinite(atMs) && left > longestMs);
}
