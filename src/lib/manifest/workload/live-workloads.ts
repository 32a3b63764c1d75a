import { KnownError } from '../../../base/index.ts';
import type { Kind, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../kube/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { resourceId } from '../resource-id.ts';
import { isHelmRelease } from './helm-release.ts';

const builtIn = [kinds.Deployment, kinds.DaemonSet, kinds.StatefulSet, kinds.CronJob];

/**
 * Every workload of a cluster, or of one namespace, by id. Kinds that are not served, or that may not
 * be listed, are left out; other failures are thrown.
 */
export async function liveWorkloads(
  cluster: Pick<Cluster, 'list' | 'resources'>,
  namespace = '',
): Promise<Map<string, KubeObject>> {
  const resources = await cluster.resources();
  const releases = resources.filter(({ apiVersion, kind }) =>
    isHelmRelease({ apiVersion, kind, metadata: { name: '' } }),
  );
  const query = namespace === '' ? {} : { namespace };
  const lists = await Promise.all(
    [...builtIn, ...releases].map((kind) => listOrNone(cluster, kind, query)),
  );
  return new Map(lists.flat().map((object) => [resourceId(object), object]));
}

async function listOrNone(
  cluster: Pick<Cluster, 'list'>,
  kind: Kind,
  query: { readonly namespace?: string },
): Promise<KubeObject[]> {
  try {
    const { items } = await cluster.list(kind, query);
    return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
  } catch (thrown) {
    if (thrown instanceof KnownError && ['not-found', 'denied'].includes(thrown.code)) return [];
    throw thrown;
  }
}
