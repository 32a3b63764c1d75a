import { KnownError, messageOf } from '../../../base/index.ts';
import type { HelmRelease } from '../../../api/helm-release/index.ts';
import { rollbackRelease } from '../../../lib/helm/index.ts';
import type { ReleaseHead } from '../../../lib/helm/index.ts';
import { annotate } from '../antecedent.ts';
import type { WantedRelease } from '../wanted.ts';
import {
  defaultMaxHistory,
  defaultMaxRetries,
  defaultTimeoutSeconds,
  marksOf,
  publish,
  setPhase,
  storeOf,
  timed,
} from './acting.ts';
import type { Acting } from './acting.ts';

/** What is to be undone. */
export interface FailedUpgrade {
  readonly wanted: WantedRelease;
  /** The newest revision before it. */
  readonly before: number;
  readonly error: unknown;
}

/**
 * Rolls back when that is asked for and the upgrade really wrote a revision. Gives the error that is
 * to be told: the upgrade's, and before it the rollback's own when that failed too.
 */
export async function rollBack(acting: Acting, failure: FailedUpgrade): Promise<unknown> {
  const { object, run } = acting;
  const { wanted, before, error } = failure;
  const heads = await storeOf(acting).heads(wanted.name);
  const last = heads.at(-1)?.version ?? 0;
  if (object.spec.rollback?.enable !== true || last <= before) return error;
  await setPhase(acting, 'RollingBack');
  run.log.info('running rollback', { action: 'rollback' });
  try {
    await rollBackTo(acting, failure, goodRevision(heads));
    return error;
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    const said = wanted.mask(thrown.message);
    await setPhase(acting, 'RollbackFailed', {}, said);
    run.log.error(`rollback failed: ${said}`, { action: 'rollback' });
    publish(acting, { action: 'rollback', revision: last + 1, error: said });
    return new KnownError(
      thrown.code,
      `rollback failed: ${said}, previous error: ${messageOf(error)}`,
    );
  }
}

async function rollBackTo(
  acting: Acting,
  { wanted, error }: FailedUpgrade,
  revision: number,
): Promise<void> {
  const { object, run } = acting;
  const release = await timed(acting, 'rollback', () =>
    rollbackRelease(acting.helm, rollbackOptions(object, wanted, revision)),
  );
  const count = (object.status?.rollbackCount ?? 0) + 1;
  const words = budgetWords(object, count, messageOf(error));
  await setPhase(acting, 'RolledBack', { releaseStatus: release.info.status }, words);
  run.log.info('rollback succeeded', { action: 'rollback' });
  await annotate(acting.cluster, release, { owner: object, run });
  publish(acting, { action: 'rollback', revision: release.version });
}

/** The one that is deployed; else the newest that was. Revisions between may have failed too. */
function goodRevision(heads: readonly ReleaseHead[]): number {
  const older = heads.slice(0, -1);
  const deployed = older.findLast(({ status }) => status === 'deployed');
  const good = deployed ?? older.findLast(({ status }) => status === 'superseded');
  return (good ?? older.at(-1))?.version ?? 0;
}

function rollbackOptions(
  object: HelmRelease,
  { name, namespace }: WantedRelease,
  revision: number,
): Parameters<typeof rollbackRelease>[1] {
  const { rollback, maxHistory } = object.spec;
  return {
    name,
    namespace,
    revision,
    timeoutMs: (rollback?.timeout ?? defaultTimeoutSeconds) * 1000,
    wait: rollback?.wait === true,
    disableHooks: rollback?.disableHooks === true,
    force: rollback?.force === true,
    recreatePods: rollback?.recreate === true,
    maxHistory: maxHistory ?? defaultMaxHistory,
    marks: marksOf(object),
    clearsFailed: true,
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
