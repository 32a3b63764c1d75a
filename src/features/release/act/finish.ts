import type { KnownError } from '../../../base/index.ts';
import type { WantedRelease } from '../wanted.ts';
import { storeOf } from './acting.ts';
import type { Acting } from './acting.ts';
import { testFailed } from './chart-tests.ts';
import { purge } from './purge.ts';
import { rollBack } from './roll-back.ts';
import { succeed } from './succeed.ts';

/** Does what comes after the deployment for a revision whose operator died just then: tests, marks, status. */
export async function finish(acting: Acting, wanted: WantedRelease): Promise<void> {
  const release = await storeOf(acting).last(wanted.name);
  if (release?.info.status !== 'deployed') return;
  const problem = await testFailed(acting, { release, wanted });
  if (problem === undefined) {
    const action = release.version === 1 ? 'install' : 'upgrade';
    return succeed(acting, { wanted, release, action });
  }
  throw await undo(acting, wanted, problem);
}

/** Takes back a revision that failed: by a rollback where that is asked for, a first one altogether. Gives the error to tell. */
export async function undo(
  acting: Acting,
  wanted: WantedRelease,
  problem: KnownError,
): Promise<unknown> {
  const heads = await storeOf(acting).heads(wanted.name);
  const isFirst = !heads
    .slice(0, -1)
    .some(({ status }) => status === 'deployed' || status === 'superseded');
  if (!isFirst) {
    const before = (heads.at(-1)?.version ?? 1) - 1;
    return rollBack(acting, { wanted, before, error: problem });
  }
  await purge(acting);
  return problem;
}
