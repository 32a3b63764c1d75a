import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { KnownError } from '../../base/index.ts';
import type { DataDir } from './data-dir.ts';

/** The loopback addresses of one platform: a /16 for its pods and the next one for its services. */
export interface Network {
  /** `127.64` */
  readonly podPrefix: string;
  /** `127.65.0.0/16` */
  readonly serviceCidr: string;
}

const first = 64;
const pairs = 32;
/** An address that is held as long as the platform runs, so that another one takes another pair. */
const lockPort = 60_007;

/**
 * Two platforms on one machine must not share addresses. A data folder keeps the pair it got first,
 * since its services have those addresses; only Linux has these addresses without being told.
 */
export async function claimNetwork(
  dir: DataDir,
  signal: AbortSignal,
  platform: NodeJS.Platform = process.platform,
): Promise<Network> {
  const kept = await readFile(dir.file('network'), 'utf8').catch(() => '');
  if (platform !== 'linux') return networkOf(first);
  if (kept !== '') {
    const octet = Number(kept);
    if (await hold(octet, signal)) return networkOf(octet);
    throw new KnownError(
      'exists',
      `the addresses 127.${octet}.0.0/15 of ${dir.path} are in use by another platform: stop that one first`,
    );
  }
  const start = createHash('sha256').update(dir.path).digest().readUInt16BE() % pairs;
  for (let step = 0; step < pairs; step += 1) {
    const octet = first + 2 * ((start + step) % pairs);
    if (!(await hold(octet, signal))) continue;
    await dir.write('network', `${octet}\n`);
    return networkOf(octet);
  }
  throw new KnownError(
    'exists',
    `${pairs} platforms run on this machine, there are no addresses left for another`,
  );
}

function networkOf(octet: number): Network {
  return { podPrefix: `127.${octet}`, serviceCidr: `127.${octet + 1}.0.0/16` };
}

/** Holds a pair until the signal aborts; false when somebody else does. */
function hold(octet: number, signal: AbortSignal): Promise<boolean> {
  const lock = net.createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    lock.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    lock.listen({ host: `127.${octet}.255.254`, port: lockPort }, () => {
      lock.unref();
      signal.addEventListener('abort', () => lock.close(), { once: true });
      resolve(true);
    });
  });
}
