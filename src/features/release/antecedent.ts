import { KnownError, messageOf } from '../../base/index.ts';
import type { KubeObject, Run } from '../../base/index.ts';
import {
  antecedentAnnotation,
  antecedentAnnotationOf,
  olderAntecedentAnnotation,
  resourceIdOf,
} from '../../api/helm-release/index.ts';
import type { HelmRelease } from '../../api/helm-release/index.ts';
import { releaseObjects } from '../../lib/helm/index.ts';
import type { Release } from '../../lib/helm/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { typeOf } from '../../lib/schema/index.ts';

/**
 * The HelmRelease that an object of a release says it belongs to, unless that is the given one, or
 * nobody. A helm.fluxcd.io/v1 release takes over what the older kinds left; never the other way.
 */
export function otherOwner(release: HelmRelease, live: KubeObject): string | undefined {
  const { annotations = {} } = live.metadata;
  const current = annotations[antecedentAnnotation] || undefined;
  if (release.origin === undefined) return current === resourceIdOf(release) ? undefined : current;
  const older = annotations[olderAntecedentAnnotation] || undefined;
  return current ?? (older === resourceIdOf(release) ? undefined : older);
}

/** Of the first object of the manifest that is there: who owns the release, when that is another one. */
export async function otherOwnerOf(
  cluster: Cluster,
  owner: HelmRelease,
  release: Release,
): Promise<string | undefined> {
  for (const { object, resource } of await releaseObjects(cluster, release)) {
    const live: KubeObject | undefined = await cluster.get(resource, object.metadata);
    if (live !== undefined) return otherOwner(owner, live);
  }
  return undefined;
}

/**
 * Writes the annotation to every object of a release that does not bear it. Install and upgrade have
 * put it on all that they made or patched; what is left are custom resources that were there before.
 * What fails is logged and nothing more.
 */
export async function annotate(
  cluster: Cluster,
  release: Release,
  { owner, run }: { owner: HelmRelease; run: Run },
): Promise<void> {
  const [name, id] = [antecedentAnnotationOf(owner), resourceIdOf(owner)];
  const patch = { metadata: { annotations: { [name]: id } } };
  const objects = await releaseObjects(cluster, release);
  const custom = objects.filter(
    ({ object }) => typeOf(object.apiVersion, object.kind) === undefined,
  );
  const results = await Promise.allSettled(
    custom.map(async ({ object, resource }) => {
      const live: KubeObject | undefined = await cluster.get(resource, object.metadata);
      if (live === undefined || live.metadata.annotations?.[name] === id) return;
      await cluster.patch(resource, object.metadata, patch, { type: 'merge' });
    }),
  );
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof KnownError)) throw result.reason;
    run.log.warn('failed to annotate a resource of the release', {
      action: 'annotate',
      err: messageOf(result.reason),
    });
  }
}
