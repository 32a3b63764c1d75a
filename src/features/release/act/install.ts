import { messageOf } from '../../../base/index.ts';
import { installRelease } from '../../../lib/helm/index.ts';
import type { Release } from '../../../lib/helm/index.ts';
import type { WantedRelease } from '../wanted.ts';
import {
  beginning,
  deployOptions,
  observedFields,
  publish,
  setPhase,
  timed,
  told,
} from './acting.ts';
import type { Acting } from './acting.ts';
import { testFailed } from './chart-tests.ts';
import { purge } from './purge.ts';
import { succeed } from './succeed.ts';

/** Makes the first revision. One that fails is removed again. */
export async function install(acting: Acting, wanted: WantedRelease): Promise<void> {
  const { object, helm, run } = acting;
  const attempted = { lastAttemptedRevision: wanted.revision };
  await setPhase(acting, beginning(acting, 'Installing', wanted), attempted);
  run.log.info('running installation', { action: 'install', phase: 'install' });
  let release: Release;
  try {
    release = await timed(acting, 'install', () =>
      installRelease(helm, {
        ...deployOptions(acting, wanted),
        skipCrds: object.spec.skipCRDs === true,
        replace: true,
      }),
    );
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    const error = told('installation failed', thrown, wanted);
    await setPhase(acting, 'DeployFailed', observedFields(object));
    publish(acting, { action: 'install', revision: 1, error: wanted.mask(messageOf(thrown)) });
    await purge(acting);
    throw error;
  }
  run.log.info('installation succeeded', { revision: wanted.revision, action: 'install' });
  const problem = await testFailed(acting, { release, wanted });
  if (problem !== undefined) {
    await purge(acting);
    throw problem;
  }
  await succeed(acting, { wanted, release, action: 'install' });
}
