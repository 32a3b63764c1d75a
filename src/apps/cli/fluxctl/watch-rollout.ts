import type { ListedWorkload } from '../../../features/sync/index.ts';
import type { CliIo } from '../io.ts';
import type { FluxClient } from './flux-client.ts';
import { tabulate } from './tabwriter.ts';

const intervalMs = 2000;

/**
 * Shows how far workloads are rolled out, every two seconds, until all are ready, one has a problem, or
 * the time is over. As with fluxctl a problem is told and is no failure of the command.
 */
export async function watchRollout(
  client: FluxClient,
  ids: readonly string[],
  io: CliIo,
  how: { readonly isVerbose: boolean; readonly limitMs: number },
): Promise<void> {
  io.stderr.write('Monitoring rollout ...\n');
  const end = io.clock.now().getTime() + how.limitMs;
  for (;;) {
    const services = ids.join(',');
    const workloads = await client.get<ListedWorkload[]>('v11/services', { services });
    io.stdout.write(rolloutTable(workloads, how.isVerbose));
    const bad = workloads.find(({ Status }) => Status === 'error');
    if (bad !== undefined) {
      const messages = bad.Rollout.Messages ?? [];
      io.stderr.write(`There was a problem releasing ${bad.ID}:\n`);
      for (const message of messages) io.stderr.write(`${message}\n`);
      return;
    }
    if (workloads.every(({ Status }) => Status === 'ready' || Status === '')) {
      io.stderr.write('All workloads ready.\n');
      return;
    }
    if (io.clock.now().getTime() + intervalMs > end) {
      io.stderr.write('Not all workloads are ready yet; the time is over.\n');
      return;
    }
    await io.clock.sleep(intervalMs, io.signal);
  }
}

/** `WORKLOAD CONTAINER IMAGE RELEASE REPLICAS`; further containers on lines of their own. */
export function rolloutTable(workloads: readonly ListedWorkload[], isVerbose: boolean): string {
  const rows = [['WORKLOAD', 'CONTAINER', 'IMAGE', 'RELEASE', 'REPLICAS']];
  for (const { ID, Containers, Status, Rollout } of workloads) {
    const { Updated, Desired, Outdated, Ready } = Rollout;
    const more = isVerbose ? ` (${Outdated} outdated, ${Ready} ready)` : '';
    const replicas = `${Updated}/${Desired}${more}`;
    Containers.forEach(({ Name, Current }, at) => {
      const row = [Name, Current.ID];
      rows.push(at === 0 ? [ID, ...row, Status, replicas] : ['', ...row, '', '']);
    });
  }
  return tabulate(rows);
}
