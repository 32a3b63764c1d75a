import { KnownError, type KubeObject } from '../../../base/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { Store } from '../store.ts';

/** The finalizers by which storage outlives a deletion while it is used. */
export const protection = {
  claim: 'kubernetes.io/pvc-protection',
  volume: 'kubernetes.io/pv-protection',
} as const;

/** What has to be done with a finalizer: added to what lives, taken off when nobody uses it any more. Pure. */
export function decideProtection(
  { metadata }: KubeObject,
  { finalizer, inUse }: { readonly finalizer: string; readonly inUse: boolean },
): string[] | undefined {
  const { finalizers = [], deletionTimestamp } = metadata;
  const isGuarded = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined) return isGuarded ? undefined : [...finalizers, finalizer];
  return isGuarded && !inUse ? finalizers.filter((each) => each !== finalizer) : undefined;
}

/** Makes it so in the cluster. An object that is gone needs nothing. */
export async function protect<O extends KubeObject>(
  cluster: Cluster,
  store: Store<O>,
  object: O,
  how: { readonly finalizer: string; readonly inUse: boolean },
): Promise<void> {
  const finalizers = decideProtection(object, how);
  if (finalizers === undefined) return;
  const { uid, resourceVersion } = object.metadata;
  const metadata = { uid, resourceVersion, finalizers };
  try {
    const type = 'merge';
    store.wrote(await cluster.patch(store.kind, object.metadata, { metadata }, { type }));
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'not-found')) throw thrown;
  }
}
