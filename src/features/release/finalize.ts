import { releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import { createReleaseStore, uninstallRelease } from '../../lib/helm/index.ts';
import { publish, timed, timeoutOf } from './act/acting.ts';
import type { Acting } from './act/acting.ts';
import { otherOwnerOf } from './antecedent.ts';

/** Removes the release of a HelmRelease that is being deleted, unless it is another's. */
export async function finalize(acting: Acting): Promise<void> {
  const { object, helm, run } = acting;
  const name = releaseNameOf(object);
  const namespace = targetNamespaceOf(object);
  const release = await createReleaseStore({ ...helm, namespace }).last(name);
  if (release === undefined) return;
  const owner = await otherOwnerOf(acting.cluster, object, release);
  if (owner !== undefined) {
    run.log.info(`release is kept, since it appears to be managed by '${owner}'`);
    return;
  }
  run.log.info('running uninstall', { action: 'uninstall' });
  const how = { ...timeoutOf(acting), resumes: true, clearsFailed: true };
  await timed(acting, 'uninstall', () => uninstallRelease(helm, { name, namespace, ...how }));
  run.log.info('uninstall succeeded', { action: 'uninstall' });
  publish(acting, { action: 'uninstall', revision: release.version });
}
