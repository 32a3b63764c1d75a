import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createUsageReader, parseStat } from './usage.ts';

it('reads past names with spaces and brackets', () => {
  const rest = 'S 1 77 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 7 0 100 900 1000 1';
  expect(parseStat(`12 (a ) b) ${rest}`)).toEqual({
    group: 77,
    cpuSeconds: 3,
    memoryBytes: 4_096_000,
  });
});

it.skipIf(process.platform !== 'linux')(
  'tells what this very group uses (needs /proc)',
  async () => {
    const { group: pid } = parseStat(readFileSync('/proc/self/stat', 'utf8'));
    const read = createUsageReader(() => 1000);
    const usage = await read(new Map([['c', { pid, startedMs: 0 }]]));
    expect(usage.get('c')?.memoryBytes).toBeGreaterThan(10_000_000);
    expect(usage.get('c')?.cores).toBeGreaterThan(0);
    expect((await read(new Map([['gone', { pid: -1, startedMs: 0 }]]))).size).toBe(0);
  },
);
