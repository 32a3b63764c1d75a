import { KnownError, messageOf } from '../../base/index.ts';
import type { KubeObject, Run } from '../../base/index.ts';
import { antecedentAnnotation } from '../../api/helm-release/index.ts';
import { releaseObjects } from '../../lib/helm/index.ts';
import type { Release } from '../../lib/helm/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';

/**
 * The HelmRelease that a release's objects belong to: the first object of the manifest that is
 * there and carries the annotation. Undefined when none does, e.g. a release made by hand.
 */
export async function antecedentOf(
  cluster: Cluster,
  release: Release,
): Promise<string | undefined> {
  for (const { object, resource } of await releaseObjects(cluster, release)) {
    const live: KubeObject | undefined = await cluster.get(resource, object.metadata);
    if (live !== undefined) return live.metadata.annotations?.[antecedentAnnotation] || undefined;
  }
  return undefined;
}

/** Writes the annotation to every object of a release. What fails is logged and nothing more. */
export async function annotate(
  cluster: Cluster,
  release: Release,
  { id, run }: { id: string; run: Run },
): Promise<void> {
  const patch = { metadata: { annotations: { [antecedentAnnotation]: id } } };
  const objects = await releaseObjects(cluster, release);
  const results = await Promise.allSettled(
    objects.map(({ object, resource }) =>
      cluster.patch(resource, object.metadata, patch, { type: 'merge' }),
    ),
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
