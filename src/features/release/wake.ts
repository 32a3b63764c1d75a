import type { ReleasePorts } from './ports.ts';
import { sameRepository } from './charts/git-charts.ts';

/**
 * A push often changes a chart and the HelmRelease that uses it. So a push waits this long for the
 * sync of the same repository to apply the HelmRelease, and one upgrade brings both; two seconds are
 * ten times what a sync takes, and nobody's chart waits longer than that.
 */
const graceMs = 2_000;

/** What news of a push leads to. */
export interface Waking {
  /** What is known of the repository is out of date: who looks from now on fetches it. At once. */
  stale(url: string): void;
  /** Look at the releases whose charts come from it. */
  wake(url: string): void;
}

/** Calls `wake` once for each push: as soon as its repository was synced, else when the grace is over. */
export function wakeOnNews(
  { bus, clock, signal }: Pick<ReleasePorts, 'bus' | 'clock' | 'signal'>,
  { stale, wake }: Waking,
): void {
  const waiting = new Map<string, AbortController>();
  const settle = (url: string): void => {
    waiting.get(sameRepository(url))?.abort();
    waiting.delete(sameRepository(url));
    wake(url);
  };
  bus.subscribe(
    'git.pushed',
    ({ url }) => {
      stale(url);
      const stop = new AbortController();
      waiting.get(sameRepository(url))?.abort();
      waiting.set(sameRepository(url), stop);
      clock.sleep(graceMs, AbortSignal.any([signal, stop.signal])).then(
        () => settle(url),
        () => {},
      );
    },
    signal,
  );
  bus.subscribe(
    'sync.done',
    ({ url }) => {
      if (waiting.has(sameRepository(url))) settle(url);
    },
    signal,
  );
}
