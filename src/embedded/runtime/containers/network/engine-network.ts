import { createHash } from 'node:crypto';
import { isRecord, KnownError } from '../../../../base/index.ts';
import type { Engine } from '../engine.ts';
import { labels } from '../inspect.ts';

const tries = 20;

/**
 * The engine's network of this platform, made when it is not there: 10.N.0.0/16, of which the engine gives the
 * lower half to containers. Gives `10.N`.
 */
export async function ensureNetwork(engine: Engine, platform: string): Promise<string> {
  const name = networkName(platform);
  const { code, stdout } = await engine.ask(['network', 'inspect', name]);
  const known = code === 0 ? prefixOf(stdout) : undefined;
  if (known !== undefined) return known;
  const start = createHash('sha256').update(platform).digest().readUInt8();
  let said = '';
  for (let step = 0; step < tries; step += 1) {
    const prefix = `10.${100 + ((start + step * 7) % 150)}`;
    const made = await engine.ask([
      'network',
      'create',
      '--subnet',
      `${prefix}.0.0/16`,
      '--ip-range',
      `${prefix}.0.0/17`,
      '--gateway',
      `${prefix}.0.1`,
      '--label',
      `${labels.platform}=${platform}`,
      ...(engine.name === 'podman' ? ['--disable-dns'] : []),
      name,
    ]);
    if (made.code === 0) return prefix;
    said = made.stderr.trim();
  }
  throw new KnownError('failed', `${engine.name} makes no network for containers: ${said}`);
}

/** The network's name at the engine. */
export function networkName(platform: string): string {
  return `trice-${platform}`;
}

/** podman and docker write it differently. */
function prefixOf(stdout: string): string | undefined {
  const [found] = JSON.parse(stdout) as unknown[];
  if (!isRecord(found)) return undefined;
  const text = JSON.stringify(found);
  return /"[Ss]ubnet":"(10\.\d+)\.0\.0\/16"/.exec(text)?.[1];
}
