import { messageOf, type KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { LoopPorts } from '../loop-ports.ts';

/** How long an event is kept after it last happened, as the API server's default. */
export const eventAgeMs = 3_600_000;
const sweepMs = 300_000;

/** The last time an event happened, in milliseconds. */
export function lastSeen(event: KubeObject): number {
  const series = event['series'] as { lastObservedTime?: string } | undefined;
  const times = [
    event['lastTimestamp'],
    series?.lastObservedTime,
    event['eventTime'],
    event['firstTimestamp'],
    event.metadata.creationTimestamp,
  ];
  const found = times.find((each) => typeof each === 'string' && each !== '');
  return typeof found === 'string' ? Date.parse(found) : 0;
}

/** Removes events an hour after they last happened. */
export async function ageEvents({ cluster, clock, log, signal }: LoopPorts): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(sweepMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const { items } = await cluster.list(kinds.Event);
      const limit = clock.now().getTime() - eventAgeMs;
      const old = items.filter((event) => lastSeen(event) < limit);
      for (const event of old) await cluster.delete(kinds.Event, event.metadata);
    } catch (thrown) {
      if (!signal.aborted) log.warn('old events could not be removed', { err: messageOf(thrown) });
    }
  }
}
