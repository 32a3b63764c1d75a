import { KnownError, messageOf } from '../../../base/index.ts';
import { installRelease, uninstallRelease } from '../../../lib/helm/index.ts';
import type { Release } from '../../../lib/helm/index.ts';
import type { WantedRelease } from '../wanted.ts';
import { deployOptions, publish, setPhase, storeOf, timed, timeoutOf, told } from './acting.ts';
import type { Acting } from './acting.ts';
import { succeed } from './succeed.ts';
import { testFailed } from './chart-tests.ts';

/** Makes the first revision. One that fails is removed again. */
export async function install(acting: Acting, wanted: WantedRelease): Promise<void> {
  const { object, helm, run } = acting;
  await setPhase(acting, 'Installing', { lastAttemptedRevision: wanted.revision });
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
    await setPhase(acting, 'DeployFailed');
    const error = told('installation failed', thrown, wanted);
    publish(acting, { action: 'install', revision: 1, error: wanted.mask(messageOf(thrown)) });
    await purge(acting, wanted);
    throw error;
  }
  run.log.info('installation succeeded', { revision: wanted.revision, action: 'install' });
  const problem = await testFailed(acting, { release, wanted });
  if (problem !== undefined) {
    await purge(acting, wanted);
    throw problem;
  }
  await succeed(acting, { wanted, release, action: 'install' });
}

/** A first install that failed leaves nothing; what cannot be removed is logged. */
async function purge(acting: Acting, { name, namespace }: WantedRelease): Promise<void> {
  if ((await storeOf(acting).heads(name)).length === 0) return;
  try {
    await timed(acting, 'uninstall', () =>
      uninstallRelease(acting.helm, { name, namespace, ...timeoutOf(acting) }),
    );
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    acting.run.log.warn(`uninstall failed: ${thrown.message}`, { action: 'uninstall' });
  }
}
