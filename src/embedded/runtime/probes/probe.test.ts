import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock, silentLogger } from '../../../base/index.ts';
import type { RunningContainer, Sandbox } from '../driver.ts';
import { runProbes } from './probes.ts';

// Answers come from a function of the seconds since the start; every second is stepped through.

const begin = Date.parse('2026-01-01T00:00:00Z');
let stop = new AbortController();
afterEach(() => stop.abort());

async function heard(
  probes: Record<string, object>,
  answer: (seconds: number, kind: string) => boolean,
  untilSeconds: number,
): Promise<string[]> {
  stop = new AbortController();
  const clock = new FakeClock(new Date(begin));
  const seconds = (): number => Math.floor((clock.now().getTime() - begin) / 1000);
  const sandbox: Sandbox = {
    podIP: '10.0.0.1',
    start: () => Promise.reject(new Error('unused')),
    dial: () => Promise.reject(new Error('unused')),
    probe: async (_container, _probe, kind) => answer(seconds(), kind),
    close: async () => {},
  };
  const told: string[] = [];
  const note = (text: string): void => void told.push(`${seconds()} ${text}`);
  const spec = { name: 'c', image: 'i', ...probes };
  void runProbes(
    { spec, sandbox, running: undefined as unknown as RunningContainer },
    {
      started: () => note('started'),
      ready: (isReady) => note(isReady ? 'ready' : 'unready'),
      failed: (kind) => note(`${kind} kill`),
      unhealthy: (message) => note(message.replace(/:.*/, '')),
    },
    { clock, log: silentLogger, signal: stop.signal },
  );
  for (let ms = 0; ms < untilSeconds * 1000; ms += 25) {
    await clock.advance(25);
  }
  return told;
}

const often = { httpGet: { port: 1 }, periodSeconds: 1, failureThreshold: 2 };

describe('probes', () => {
  it('tell nothing of a program that needs a moment to listen', async () => {
    const probes = { livenessProbe: often, readinessProbe: often };
    expect(await heard(probes, (at) => at >= 3, 8)).toEqual(['0 started', '3 ready']);
  });

  it('a program that never answers is told of, and killed, after the first seconds', async () => {
    expect(await heard({ livenessProbe: often }, () => false, 9)).toEqual([
      '0 started',
      '0 ready',
      '5 Liveness probe failed',
      '6 Liveness probe failed',
      '6 liveness kill',
    ]);
  });

  it('a failure after the first success counts at once', async () => {
    expect(await heard({ livenessProbe: often }, (at) => at < 2, 9)).toEqual([
      '0 started',
      '0 ready',
      '2 Liveness probe failed',
      '3 Liveness probe failed',
      '3 liveness kill',
    ]);
  });

  it('a startup probe holds the others back, and its no kills', async () => {
    const probes = { startupProbe: often, livenessProbe: often };
    const answer = (at: number, kind: string): boolean => kind === 'startup' && at >= 4;
    expect(await heard(probes, answer, 8)).toEqual([
      '4 started',
      '4 ready',
      '5 Liveness probe failed',
      '6 Liveness probe failed',
      '6 liveness kill',
    ]);
    expect((await heard({ startupProbe: often }, () => false, 8)).at(-1)).toBe('6 startup kill');
  });
});
