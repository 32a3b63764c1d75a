import { describe, expect, it } from 'vitest';
import type { Events } from '../../api/events/index.ts';
import { createBus, FakeClock } from '../../base/index.ts';
import { wakeOnNews } from './wake.ts';

const pushed = { url: 'http://git/a/b.git', branch: 'master', revision: 'r' };
const synced = { ...pushed, changed: [], errors: [] };

function started() {
  const bus = createBus<Events>();
  const clock = new FakeClock();
  const woken: string[] = [];
  const stale: string[] = [];
  wakeOnNews(
    { bus, clock, signal: new AbortController().signal },
    { stale: (url) => stale.push(url), wake: (url) => woken.push(url) },
  );
  // News is heard on the next turn; only then does time move on.
  const advance = async (ms: number): Promise<void> => {
    await clock.advance(0);
    await clock.advance(ms);
  };
  return { bus, advance, woken, stale };
}

describe('news of a push', () => {
  it('waits for the sync of the same repository, and is told once', async () => {
    const { bus, advance, woken, stale } = started();
    bus.publish('git.pushed', pushed);
    await advance(100);
    expect([stale, woken]).toEqual([[pushed.url], []]);
    bus.publish('sync.done', { ...synced, url: 'http://git/other.git' });
    await advance(100);
    expect(woken).toEqual([]);
    bus.publish('sync.done', synced);
    await advance(5_000);
    expect(woken).toEqual([pushed.url]);
  });

  it('waits no longer than the grace where nobody syncs the repository', async () => {
    const { bus, advance, woken } = started();
    bus.publish('git.pushed', pushed);
    await advance(1_000);
    bus.publish('git.pushed', pushed);
    await advance(1_999);
    expect(woken).toEqual([]);
    await advance(1);
    expect(woken).toEqual([pushed.url]);
  });

  it('a sync without a push is no news', async () => {
    const { bus, advance, woken } = started();
    bus.publish('sync.done', synced);
    await advance(5_000);
    expect(woken).toEqual([]);
  });
});
