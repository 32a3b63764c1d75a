import type { Cluster } from '../../kube/index.ts';
import { buildObjects } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import { owned } from './ownership.ts';
import type { Owner } from './ownership.ts';
import { isPending } from './release.ts';
import type { Release } from './release.ts';
import type { ReleaseHead, ReleaseStore } from './store.ts';

/**
 * Of a release's revisions, oldest first, those after the one that was deployed last, the latest
 * first: they failed, and what they made before that may still be there. `other` than this one, which
 * is looked at anyway.
 */
export async function failedRevisions(
  store: ReleaseStore,
  { name, history }: { readonly name: string; readonly history: readonly ReleaseHead[] },
  other?: Release,
): Promise<Release[]> {
  const heads = history.toReversed();
  const end = heads.findIndex(({ status }) => status === 'deployed' || status === 'superseded');
  const failed = (end < 0 ? heads : heads.slice(0, end)).filter(
    ({ status, version }) =>
      (status === 'failed' || isPending(status)) && version !== other?.version,
  );
  const found = await Promise.all(failed.map(({ version }) => store.get(name, version)));
  const seen = new Set(other === undefined ? [] : [other.manifest]);
  return found.filter((release) => {
    if (release === undefined || seen.has(release.manifest)) return false;
    seen.add(release.manifest);
    return true;
  }) as Release[];
}

/** What `failedRevisions` looks through. */
export async function historyOf(
  store: ReleaseStore,
  { name }: Pick<Release, 'name'>,
): Promise<{ name: string; history: ReleaseHead[] }> {
  return { name, history: await store.heads(name) };
}

/** The objects of a stored manifest with the marks they have in the cluster; kinds that are gone are left out. */
export async function storedObjects(
  cluster: Cluster,
  { manifest }: Release,
  owner: Owner,
): Promise<ReleaseObject[]> {
  const entries = await buildObjects(cluster, manifest, {
    namespace: owner.namespace,
    from: 'current release manifest',
    unknown: 'skip',
  });
  return entries.map((entry) => owned(entry, owner));
}
