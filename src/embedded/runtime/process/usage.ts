import { readdir, readFile } from 'node:fs/promises';
import type { ContainerUsage } from '../driver.ts';

/** A process group's processor time (seconds) and memory. */
interface Sample {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly atMs: number;
}

/** The kernel counts processor time in hundredths of a second for everybody, and memory in these pages. */
const ticksPerSecond = 100;
const pageBytes = 4096;

/** Fields of `/proc/PID/stat` after the program's name, which may hold spaces. */
export function parseStat(text: string): {
  readonly group: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
} {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [group = 0] = fields.slice(2);
  const [user = 0, system = 0] = fields.slice(11);
  const [pages = 0] = fields.slice(21);
  return {
    group,
    cpuSeconds: (user + system) / ticksPerSecond,
    memoryBytes: pages * pageBytes,
  };
}

/**
 * Tells what process groups use, from `/proc`: nothing is measured until somebody asks, and processors are
 * those kept busy since the question before (the first time: since the start). Empty where there is no `/proc`.
 */
export function createUsageReader(
  nowMs: () => number,
): (groups: ReadonlyMap<string, Group>) => Promise<Map<string, ContainerUsage>> {
  const before = new Map<number, Sample>();
  return async (groups) => {
    const samples = await sample(new Set([...groups.values()].map(({ pid }) => pid)), nowMs());
    const found = new Map<string, ContainerUsage>();
    for (const [name, { pid, startedMs }] of groups) {
      const now = samples.get(pid);
      if (now === undefined) continue;
      const last = before.get(pid) ?? { cpuSeconds: 0, atMs: startedMs };
      const seconds = Math.max(0.001, (now.atMs - last.atMs) / 1000);
      const cores = Math.max(0, (now.cpuSeconds - last.cpuSeconds) / seconds);
      found.set(name, { cores, memoryBytes: now.memoryBytes });
    }
    for (const [pid, now] of samples)
      if (now.atMs - (before.get(pid)?.atMs ?? 0) >= leastMs) before.set(pid, now);
    return found;
  };
}

/** Samples nearer than this to each other say little: the older one stays the base. */
const leastMs = 10_000;

/** The leader of a group of processes. */
export interface Group {
  readonly pid: number;
  readonly startedMs: number;
}

async function sample(groups: ReadonlySet<number>, atMs: number): Promise<Map<number, Sample>> {
  const found = new Map<number, Sample>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (text === '') continue;
    const { group, cpuSeconds, memoryBytes } = parseStat(text);
    if (!groups.has(group)) continue;
    const sum = found.get(group) ?? { cpuSeconds: 0, memoryBytes: 0, atMs };
    found.set(group, {
      cpuSeconds: sum.cpuSeconds + cpuSeconds,
      memoryBytes: sum.memoryBytes + memoryBytes,
      atMs,
    });
  }
  return found;
}
