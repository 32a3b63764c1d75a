import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { inApplyOrder, liveWorkloads } from '../../../lib/manifest/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';

/**
 * The live namespaces and workloads as one text of many documents, without what the server notes for
 * itself. What a controller made (it has an owner) is left out: it would be made again anyway.
 */
export async function exportWorkloads(cluster: Cluster): Promise<string> {
  const { items: namespaces } = await cluster.list(kinds.Namespace);
  const workloads = [...(await liveWorkloads(cluster, '')).values()].filter(
    ({ metadata }) => (metadata.ownerReferences ?? []).length === 0,
  );
  const own = namespaces.map((each) => ({ ...each, apiVersion: 'v1', kind: 'Namespace' }));
  const objects = [...own, ...workloads].map((object) => ({ object }));
  return inApplyOrder(objects)
    .map(({ object }) => `---\n${stringify(exported(object))}`)
    .join('');
}

function exported(object: KubeObject): JsonRecord {
  const { name, namespace, labels, annotations } = object.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const { status: _, ...rest } = object;
  return { ...rest, metadata };
}
