import { KnownError } from '../../../base/index.ts';
import type { HelmRelease } from '../../../api/helm-release/index.ts';
import { rollbackRelease } from '../../../lib/helm/index.ts';
import { annotate } from '../antecedent.ts';
import type { WantedRelease } from '../wanted.ts';
import {
  defaultMaxHistory,
  defaultMaxRetries,
  defaultTimeoutSeconds,
  publish,
  setPhase,
  storeOf,
  timed,
} from './acting.ts';
import type { Acting } from './acting.ts';

/** Rolls back when that is asked for and the upgrade really wrote a revision. */
export async function rollBack(
  acting: Acting,
  failure: { wanted: WantedRelease; before: number; because: string },
): Promise<void> {
  const { object, run } = acting;
  const { wanted, before, because } = failure;
  const last = (await storeOf(acting).heads(wanted.name)).at(-1)?.version ?? 0;
  if (object.spec.rollback?.enable !== true || last <= before) return;
  await setPhase(acting, 'RollingBack');
  run.log.info('running rollback', { action: 'rollback' });
  try {
    const release = await timed(acting, 'rollback', () =>
      rollbackRelease(acting.helm, rollbackOptions(object, wanted)),
    );
    const count = (object.status?.rollbackCount ?? 0) + 1;
    const words = budgetWords(object, count, because);
    await setPhase(acting, 'RolledBack', { releaseStatus: release.info.status }, words);
    run.log.info('rollback succeeded', { action: 'rollback' });
    await annotate(acting.cluster, release, { owner: object, run });
    publish(acting, { action: 'rollback', revision: release.version });
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    const said = wanted.mask(thrown.message);
    await setPhase(acting, 'RollbackFailed', {}, said);
    run.log.error(`rollback failed: ${said}`, { action: 'rollback' });
    publish(acting, { action: 'rollback', revision: last + 1, error: said });
  }
}

function rollbackOptions(
  object: HelmRelease,
  { name, namespace }: WantedRelease,
): Parameters<typeof rollbackRelease>[1] {
  const { rollback, maxHistory } = object.spec;
  return {
    name,
    namespace,
    timeoutMs: (rollback?.timeout ?? defaultTimeoutSeconds) * 1000,
    wait: rollback?.wait === true,
    disableHooks: rollback?.disableHooks === true,
    force: rollback?.force === true,
    maxHistory: maxHistory ?? defaultMaxHistory,
  };
}

/** What the upgrade failed of, and whether it is tried again. */
function budgetWords(object: HelmRelease, count: number, because: string): string {
  const { rollback } = object.spec;
  const { maxRetries = defaultMaxRetries } = rollback ?? {};
  const said = `${because.slice(0, 600)}${because.length > 600 ? '…' : ''}`;
  if (rollback?.retry !== true) return `${said}; it is tried again when something changes`;
  if (maxRetries === 0) return `${said}; attempt ${count}, it is tried again`;
  // The first attempt is none of the retries.
  if (count <= maxRetries) return `${said}; retry ${count} of ${maxRetries} follows`;
  return `${said}; all ${maxRetries} retries have failed, it is tried again when something changes`;
}
