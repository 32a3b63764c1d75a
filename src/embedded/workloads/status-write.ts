import { KnownError, type KubeObject } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { Store } from './store.ts';
import { stableText } from './template-hash.ts';

/**
 * Writes a status through `/status` when it differs from the one we know; fields that vanish are
 * removed. An object that is gone, or was made anew under the same name, is left alone.
 */
export async function writeStatus<O extends KubeObject>(
  cluster: Cluster,
  store: Store<O>,
  object: O,
  status: object,
): Promise<void> {
  const before = (object['status'] ?? {}) as Record<string, unknown>;
  if (stableText(before) === stableText(status)) return;
  const vanished = Object.keys(before).filter((key) => !(key in status));
  const patch = { ...Object.fromEntries(vanished.map((key) => [key, null])), ...status };
  const { uid } = object.metadata;
  try {
    const written = await cluster.patch(
      store.kind,
      object.metadata,
      { metadata: { uid }, status: patch },
      { type: 'merge', subresource: 'status' },
    );
    store.wrote(written);
  } catch (thrown) {
    if (!(await isGone(cluster, store, object, thrown))) throw thrown;
  }
}

/** A conflict can mean another object of the same name, or only that somebody was faster. */
async function isGone<O extends KubeObject>(
  cluster: Cluster,
  store: Store<O>,
  object: O,
  thrown: unknown,
): Promise<boolean> {
  if (!(thrown instanceof KnownError)) return false;
  if (thrown.code === 'not-found') return true;
  if (thrown.code !== 'conflict') return false;
  const live = await cluster.get(store.kind, object.metadata);
  return live?.metadata.uid !== object.metadata.uid;
}
