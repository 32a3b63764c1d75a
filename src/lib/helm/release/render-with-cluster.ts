import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import type { LookupKey } from '../render/functions.ts';
import { renderChart } from '../render/render.ts';
import type { RenderOptions, Rendered } from '../render/render.ts';

/** Rounds of looking up and rendering again before a chart is taken to have no end. */
const maxRounds = 200;

/**
 * Renders with `lookup` answered by the cluster. A render never waits: one that asks for something
 * not known yet is stopped, the answer is fetched, and it is run again.
 */
export async function renderWithCluster(
  cluster: Cluster,
  options: Omit<RenderOptions, 'lookup'>,
): Promise<Rendered> {
  const answers = new Map<string, JsonRecord | undefined>();
  for (let round = 0; round < maxRounds; round += 1) {
    const wanted: LookupKey[] = [];
    const lookup = (key: LookupKey): JsonRecord | undefined => {
      const id = JSON.stringify(key);
      if (answers.has(id)) return answers.get(id);
      wanted.push(key);
      throw new KnownError('unsupported', `lookup of ${id} is under way`);
    };
    try {
      return renderChart({ ...options, lookup });
    } catch (thrown) {
      const [key] = wanted;
      if (key === undefined) throw thrown;
      answers.set(JSON.stringify(key), await lookUp(cluster, key));
    }
  }
  throw new KnownError('too-large', `the templates looked up more than ${maxRounds} objects`);
}

async function lookUp(cluster: Cluster, key: LookupKey): Promise<JsonRecord | undefined> {
  const resource = await cluster.resourceOf(key.apiVersion, key.kind);
  if (resource === undefined) {
    throw new KnownError(
      'invalid',
      `unable to get apiresource from unstructured: ${key.apiVersion}, Kind=${key.kind}`,
    );
  }
  const place = resource.namespaced && key.namespace !== '' ? { namespace: key.namespace } : {};
  if (key.name !== '') return cluster.get(resource, { ...place, name: key.name });
  const { items, version } = await cluster.list(resource, place);
  return {
    apiVersion: key.apiVersion,
    kind: `${key.kind}List`,
    metadata: { resourceVersion: version },
    items,
  };
}
