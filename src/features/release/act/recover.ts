import { releaseNameOf, targetNamespaceOf } from '../../../api/helm-release/index.ts';
import { uninstallRelease } from '../../../lib/helm/index.ts';
import type { ReleaseStep } from '../decide.ts';
import { storeOf, timeoutOf } from './acting.ts';
import type { Acting } from './acting.ts';

/**
 * Brings a release that was left in the middle to where an upgrade or an install can begin: a
 * pending revision counts as failed, an uninstall is finished.
 */
export async function recover(
  acting: Acting,
  step: Extract<ReleaseStep, { do: 'recover' }>,
): Promise<void> {
  const { object, helm, run } = acting;
  const name = releaseNameOf(object);
  const namespace = targetNamespaceOf(object);
  run.log.info('recovering a release that was left in the middle', {
    status: step.status,
    version: step.version,
  });
  const store = storeOf(acting);
  const release = await store.get(name, step.version);
  if (release === undefined) return;
  // A first install has nothing to go back to: it is removed and begun again.
  const isFirst = (await store.heads(name)).length === 1;
  if (step.status === 'uninstalling' || (step.status === 'pending-install' && isFirst)) {
    await uninstallRelease(helm, { name, namespace, ...timeoutOf(acting) });
    return;
  }
  release.info.status = 'failed';
  release.info.description = `${release.info.description ?? ''} (interrupted)`.trim();
  await store.update(release);
  // What the interrupted operation did to the cluster is not known: the next step must not compare.
  await acting.statuses.write(object, { observedGeneration: 0 });
}
