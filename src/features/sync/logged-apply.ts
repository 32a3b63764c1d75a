import type { Run } from '../../base/index.ts';
import type { Outcome } from './apply-all.ts';

/** The lines that fluxd writes around an apply. */
export async function loggedApply(
  run: Run,
  count: number,
  apply: () => Promise<Outcome[]>,
): Promise<Outcome[]> {
  if (count === 0) return [];
  const log = run.log.with({ component: 'cluster', method: 'Sync' });
  log.info('', { cmd: 'apply', args: '', count });
  const start = run.clock.now().getTime();
  const outcomes = await apply();
  const took = `${run.clock.now().getTime() - start}ms`;
  const failed = outcomes.flatMap((each) => (each.is === 'failed' ? [each.problem] : []));
  const output = outcomes.map(({ id, is }) => `${id} ${is}`).join('\n');
  log.info('', {
    cmd: 'apply',
    took,
    err: failed.length === 0 ? null : `${failed.length} failed`,
    output,
  });
  for (const { id, path, message } of failed) log.error(message, { resource: id, source: path });
  return outcomes;
}
