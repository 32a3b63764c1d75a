import { keyOf, KnownError, messageOf } from '../../base/index.ts';
import type { KubeObject, Run } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { resourceId } from '../../lib/manifest/index.ts';
import type { Outcome } from './apply-all.ts';

/**
 * Deletes objects in the given order, each only while it is the very one that was looked at. A dry
 * run only says so. The result names those that could not be deleted.
 */
export async function deleteAll(
  cluster: Cluster,
  deletions: readonly KubeObject[],
  isDry: boolean,
  run: Run,
): Promise<Outcome[]> {
  const failed: Outcome[] = [];
  for (const object of deletions) {
    run.signal.throwIfAborted();
    const fields = { 'dry-run': isDry, resource: resourceId(object) };
    run.log.info('cluster resource not in resources to be synced; deleting', fields);
    const outcome = isDry ? undefined : await deleteOne(cluster, object);
    if (outcome !== undefined) failed.push(outcome);
  }
  return failed;
}

async function deleteOne(cluster: Cluster, object: KubeObject): Promise<Outcome | undefined> {
  const id = resourceId(object);
  const { uid } = object.metadata;
  try {
    const kind = await cluster.resourceOf(object.apiVersion, object.kind);
    if (kind === undefined) return undefined;
    await cluster.delete(kind, keyOf(object), {
      propagation: 'Background',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const message = `cannot delete: ${messageOf(thrown)}`;
    return { id, is: 'failed', problem: { id, path: '', message } };
  }
}
