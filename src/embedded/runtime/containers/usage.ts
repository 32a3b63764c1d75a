import type { ContainerUsage } from '../driver.ts';
import { infraName, labels, type Inspected } from './inspect.ts';
import type { Engine } from './engine.ts';

/** What the containers of a pod use at this moment, by name; infra containers are left out. */
export async function usageOf(
  engine: Engine,
  all: readonly Inspected[],
): Promise<Map<string, ContainerUsage>> {
  const names = new Map(
    all
      .filter(({ State }) => State.Running === true)
      .map(({ Id, Config }) => [Id.slice(0, 12), Config.Labels?.[labels.container] ?? ''] as const)
      .filter(([, name]) => name !== infraName),
  );
  if (names.size === 0) return new Map();
  const format = '{{.ID}}|{{.CPUPerc}}|{{.MemUsage}}';
  const text = await engine.run(['stats', '--no-stream', '--format', format, ...names.keys()]);
  return new Map(
    text.split('\n').flatMap((line) => {
      const [id = '', cpu = '', memory = ''] = line.split('|');
      const name = names.get(id.slice(0, 12));
      if (name === undefined) return [];
      return [[name, { cores: Number.parseFloat(cpu) / 100, memoryBytes: bytesOf(memory) }]];
    }),
  );
}

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `671.7kB / 67.11MB`: the first of the two. */
function bytesOf(text: string): number {
  const [, digits = '0', unit = 'b'] = /^\s*([\d.]+)\s*([a-zA-Z]+)/.exec(text) ?? [];
  return Math.round(Number(digits) * (units[unit.toLowerCase()] ?? 1));
}
