import { KnownError, messageOf } from '../../base/index.ts';
import type { KubeObject, Logger } from '../../base/index.ts';
import type { Cluster, Resource } from '../../lib/kube/index.ts';
import { gcMarkLabel, resourceId } from '../../lib/manifest/index.ts';

// Copies of other objects, or too short-lived to be anyone's: never listed (Flux's defaults).
const excluded = [/(^|\.)metrics\.k8s\.io\//, /^webhook\.certmanager\.k8s\.io\//, /^v1\/Event$/];

/** Every live object that a sync made, by id. Kinds that cannot be listed are left out and logged. */
export async function listMarked(cluster: Cluster, log: Logger): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  const resources = preferred(await cluster.resources(true));
  const lists = await Promise.all(resources.map((each) => listOne(cluster, each, log)));
  for (const object of lists.flat()) {
    if ((object.metadata.ownerReferences ?? []).length > 0) continue;
    found.set(resourceId(object), object);
  }
  return found;
}

/** One version of each resource that can be listed, the server's preferred one (it comes first). */
function preferred(all: readonly Resource[]): Resource[] {
  const chosen = new Map<string, Resource>();
  for (const each of all) {
    const name = `${each.apiVersion}/${each.kind}`;
    if (!each.verbs.includes('list') || excluded.some((pattern) => pattern.test(name))) continue;
    if (each.kind === 'ComponentStatus' || each.kind === 'Endpoints') continue;
    const key = `${each.group}/${each.plural}`;
    if (!chosen.has(key)) chosen.set(key, each);
  }
  return [...chosen.values()];
}

async function listOne(cluster: Cluster, resource: Resource, log: Logger): Promise<KubeObject[]> {
  try {
    const { items } = await cluster.list(resource, { labelSelector: gcMarkLabel });
    return items.map((item) => ({
      ...item,
      apiVersion: resource.apiVersion,
      kind: resource.kind,
    }));
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    if (thrown.code !== 'denied' && thrown.code !== 'not-found') {
      log.warn('a kind could not be listed; nothing of it is deleted', {
        kind: `${resource.apiVersion}/${resource.kind}`,
        err: messageOf(thrown),
      });
    }
    return [];
  }
}
