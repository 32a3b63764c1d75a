import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../base/index.ts';
import { createQueue, setCondition } from './index.ts';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

function started(workers = 1) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const queue = createQueue({ clock, signal: stop.signal, workers });
  return { clock, stop, queue };
}

describe('queue', () => {
  it('works on a key once however often it was added', async () => {
    const { queue, stop } = started();
    const seen: string[] = [];
    queue.add('a');
    queue.add('b');
    queue.add('a');
    const done = queue.run(async (key) => void seen.push(key));
    await turn();
    stop.abort();
    await done;
    expect(seen).toEqual(['a', 'b']);
  });

  it('never works on a key twice at once, and comes back to it when it was added meanwhile', async () => {
    const { queue, stop } = started(3);
    const gate = Promise.withResolvers<void>();
    let [now, most, times] = [0, 0, 0];
    const done = queue.run(async () => {
      now += 1;
      times += 1;
      most = Math.max(most, now);
      await gate.promise;
      now -= 1;
    });
    queue.add('a');
    await turn();
    queue.add('a');
    queue.add('a');
    await turn();
    gate.resolve();
    await turn();
    stop.abort();
    await done;
    expect([most, times]).toEqual([1, 2]);
  });

  it('uses all its workers', async () => {
    const { queue, stop } = started(2);
    const gate = Promise.withResolvers<void>();
    let now = 0;
    const done = queue.run(async () => {
      now += 1;
      await gate.promise;
    });
    await turn();
    queue.add('a');
    queue.add('b');
    queue.add('c');
    await turn();
    expect(now).toBe(2);
    gate.resolve();
    await turn();
    stop.abort();
    await done;
    expect(now).toBe(3);
  });

  it('backs off by doubling, and starts anew when forgotten', async () => {
    const { queue, clock, stop } = started();
    let times = 0;
    const done = queue.run(async () => void (times += 1));
    const after = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      return times;
    };
    queue.retry('a');
    expect([await after(99), await after(1)]).toEqual([0, 1]);
    queue.retry('a');
    expect([await after(199), await after(1)]).toEqual([1, 2]);
    queue.forget('a');
    queue.retry('a');
    expect([await after(99), await after(1)]).toEqual([2, 3]);
    stop.abort();
    await done;
  });
});

describe('conditions', () => {
  it('keeps the time of the last transition while the status stays', () => {
    const early = new Date('2026-01-01T00:00:00Z');
    const late = new Date('2026-01-02T00:00:00Z');
    const once = setCondition([], { type: 'Ready', status: 'True', reason: 'A' }, early);
    const twice = setCondition(once, { type: 'Ready', status: 'True', reason: 'B' }, late);
    const thrice = setCondition(twice, { type: 'Ready', status: 'False' }, late);
    expect(twice).toEqual([
      { type: 'Ready', status: 'True', reason: 'B', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    expect(thrice[0]?.lastTransitionTime).toBe('2026-01-02T00:00:00Z');
  });
});
