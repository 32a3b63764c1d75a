import { isRecord, type Clock, type KubeObject } from '../../base/index.ts';
import { RevisionError, type Store } from './store/store.ts';

const lifeMs = 3600_000;
const everyMs = 10 * 60_000;

/** Forgets events an hour after they were last seen, until the signal aborts. */
export async function expireEvents(store: Store, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      return;
    }
    sweepEvents(store, clock.now());
  }
}

/** Removes every event that is over at this moment. */
export function sweepEvents(store: Store, now: Date): void {
  for (const stored of store.list('/core/events/').items) {
    if (now.getTime() - lastSeen(stored.parse()) < lifeMs) continue;
    try {
      store.remove(stored.key, stored.revision);
    } catch (thrown) {
      // It was seen again in this very moment.
      if (!(thrown instanceof RevisionError)) throw thrown;
    }
  }
}

function lastSeen(event: KubeObject): number {
  const series = isRecord(event['series']) ? event['series'] : {};
  const times = [
    event.metadata.creationTimestamp,
    event['lastTimestamp'],
    event['eventTime'],
    series['lastObservedTime'],
  ].map((time) => (typeof time === 'string' ? Date.parse(time) : NaN));
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
}
