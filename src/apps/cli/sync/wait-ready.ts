import type { ListedWorkload } from '../../../features/sync/index.ts';
import type { FluxClient } from '../fluxctl/index.ts';
import type { CliIo } from '../io.ts';

const pauseMs = 500;

/**
 * Waits until the workloads among these objects are rolled out. False with a word on standard error when
 * one has a problem or the time is over.
 */
export async function waitReady(
  client: FluxClient,
  ids: readonly string[],
  { io, limitMs }: { readonly io: CliIo; readonly limitMs: number },
): Promise<boolean> {
  if (ids.length === 0) return true;
  const end = io.clock.now().getTime() + limitMs;
  for (;;) {
    const workloads = await client.get<ListedWorkload[]>('v11/services', {
      services: ids.join(','),
    });
    const bad = workloads.filter(({ Status }) => Status === 'error');
    for (const { ID, Rollout } of bad) {
      io.stderr.write(`! ${ID}: ${(Rollout.Messages ?? ['it has a problem']).join('; ')}\n`);
    }
    if (bad.length > 0) return false;
    const waiting = workloads.filter(({ Status }) => !['ready', '', 'deployed'].includes(Status));
    if (waiting.length === 0) return true;
    if (io.clock.now().getTime() + pauseMs > end) {
      for (const { ID, Status } of waiting) io.stderr.write(`! ${ID} is still ${Status}\n`);
      return false;
    }
    await io.clock.sleep(pauseMs, io.signal);
  }
}
