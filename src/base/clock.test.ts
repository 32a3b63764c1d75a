import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('a sleep of more days than a timer can count does not end at once', async () => {
  const stop = new AbortController();
  let ended = false;
  const year = systemClock.sleep(365 * 86_400_000, stop.signal).then(() => (ended = true));
  await systemClock.sleep(20);
  expect(ended).toBe(false);
  stop.abort(new Error('enough'));
  await expect(year).rejects.toThrow('enough');
  await expect(systemClock.sleep(1, stop.signal)).rejects.toThrow('enough');
});
