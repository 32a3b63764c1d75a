import { isDeepStrictEqual } from 'node:util';
import { KnownError } from '../../base/index.ts';
import { HelmRelease, releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { HelmReleasePhase, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { withPhase } from './status.ts';

type Change =
  Partial<HelmReleaseStatus> | ((status: HelmReleaseStatus) => Partial<HelmReleaseStatus>);

/**
 * Changes the status of a HelmRelease: fields, and a phase with its conditions. Writes only what
 * differs; the object in hand sees the change too. An object that is gone has no status: that is fine.
 */
export async function writeStatus(
  cluster: Cluster,
  object: HelmRelease,
  change: Change,
  enter?: { readonly phase: HelmReleasePhase; readonly now: Date },
): Promise<void> {
  const before = object.status ?? {};
  const given = typeof change === 'function' ? change(before) : change;
  let next: HelmReleaseStatus = { ...before, ...given };
  if (enter !== undefined) {
    const facts = {
      releaseName: releaseNameOf(object),
      targetNamespace: targetNamespaceOf(object),
      ignoreTestFailures: object.spec.test?.ignoreFailures === true,
    };
    next = withPhase(next, enter.phase, facts, enter.now);
  }
  const changed = Object.entries(next).filter(
    ([field, value]) => !isDeepStrictEqual(before[field as keyof HelmReleaseStatus], value),
  );
  if (changed.length === 0) return;
  try {
    await cluster.patch(
      HelmRelease,
      object.metadata,
      { status: Object.fromEntries(changed) },
      { type: 'merge', subresource: 'status' },
    );
  } catch (thrown) {
    if (!(thrown instanceof KnownError) || thrown.code !== 'not-found') throw thrown;
  }
  object.status = next;
}
