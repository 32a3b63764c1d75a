import { releaseNameOf, targetNamespaceOf } from '../../../api/helm-release/index.ts';
import { failInterrupted, uninstallRelease } from '../../../lib/helm/index.ts';
import type { ReleaseStep } from '../step.ts';
import { timeoutOf } from './acting.ts';
import type { Acting } from './acting.ts';

/**
 * Brings a release that was left in the middle to where an upgrade or an install can begin: a
 * pending revision counts as failed, an uninstall is finished. Nothing of it runs a hook twice.
 */
export async function recover(
  acting: Acting,
  step: Extract<ReleaseStep, { do: 'recover' }>,
): Promise<void> {
  const { object, helm, run } = acting;
  const of = { name: releaseNameOf(object), namespace: targetNamespaceOf(object) };
  const { status, version } = step;
  run.log.info('recovering a release that was left in the middle', { status, version });
  const { timeoutMs } = timeoutOf(acting);
  if (status === 'uninstalling') {
    await uninstallRelease(helm, { ...of, timeoutMs, resumes: true, clearsFailed: true });
  } else {
    await failInterrupted(helm, { ...of, version }, timeoutMs);
  }
}
