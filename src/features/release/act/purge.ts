import { KnownError } from '../../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../../api/helm-release/index.ts';
import { uninstallRelease } from '../../../lib/helm/index.ts';
import { storeOf, timed, timeoutOf } from './acting.ts';
import type { Acting } from './acting.ts';

/** A first install that failed leaves nothing; what cannot be removed is logged. */
export async function purge(acting: Acting): Promise<void> {
  const { object, run } = acting;
  const name = releaseNameOf(object);
  if ((await storeOf(acting).heads(name)).length === 0) return;
  run.log.info('running uninstall', { action: 'uninstall' });
  try {
    await timed(acting, 'uninstall', () =>
      uninstallRelease(acting.helm, {
        name,
        namespace: targetNamespaceOf(object),
        clearsFailed: true,
        resumes: true,
        ...timeoutOf(acting),
      }),
    );
    run.log.info('uninstall succeeded', { action: 'uninstall' });
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    run.log.warn(`uninstall failed: ${thrown.message}`, { action: 'uninstall' });
  }
}
