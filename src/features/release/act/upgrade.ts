import { messageOf } from '../../../base/index.ts';
import { upgradeRelease } from '../../../lib/helm/index.ts';
import type { Release } from '../../../lib/helm/index.ts';
import type { WantedRelease } from '../wanted.ts';
import {
  beginning,
  defaultMaxHistory,
  deployOptions,
  observedFields,
  publish,
  setPhase,
  storeOf,
  timed,
  told,
} from './acting.ts';
import type { Acting } from './acting.ts';
import { rollBack } from './roll-back.ts';
import { succeed } from './succeed.ts';
import { testFailed } from './chart-tests.ts';

/** Makes the next revision; one that fails is rolled back when that is asked for. */
export async function upgrade(acting: Acting, wanted: WantedRelease): Promise<void> {
  const { object, helm, run } = acting;
  const { spec } = object;
  const before = (await storeOf(acting).heads(wanted.name)).at(-1)?.version ?? 0;
  const attempted = { lastAttemptedRevision: wanted.revision };
  await setPhase(acting, beginning(acting, 'Upgrading', wanted), attempted);
  run.log.info('running upgrade', { action: 'upgrade' });
  let release: Release;
  try {
    release = await timed(acting, 'upgrade', () =>
      upgradeRelease(helm, {
        ...deployOptions(acting, wanted),
        force: spec.forceUpgrade === true,
        valuesFrom: spec.resetValues === false ? 'reuse' : 'reset',
        maxHistory: spec.maxHistory ?? defaultMaxHistory,
      }),
    );
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    const error = told('upgrade failed', thrown, wanted);
    await setPhase(acting, 'DeployFailed', observedFields(object));
    const said = wanted.mask(messageOf(thrown));
    publish(acting, { action: 'upgrade', revision: before + 1, error: said });
    throw await rollBack(acting, { wanted, before, error });
  }
  run.log.info('upgrade succeeded', { revision: wanted.revision, action: 'upgrade' });
  const problem = await testFailed(acting, { release, wanted });
  if (problem !== undefined) throw await rollBack(acting, { wanted, before, error: problem });
  await succeed(acting, { wanted, release, action: 'upgrade' });
}
