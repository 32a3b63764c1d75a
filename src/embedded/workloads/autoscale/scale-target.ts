import { isRecord, KnownError, type JsonRecord, type Key, type Kind } from '../../../base/index.ts';
import { parseSelector, type Cluster, type LabelSelector } from '../../../lib/kube/index.ts';
import type { Autoscaler } from './autoscaler.ts';

/** What an autoscaler scales, and how it is scaled now. */
export interface Target {
  readonly kind: Kind;
  readonly key: Key;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: LabelSelector;
}

/** Reads the `/scale` of a target. Fails with a `KnownError` that the autoscaler's condition tells. */
export async function readScale(cluster: Cluster, autoscaler: Autoscaler): Promise<Target> {
  const { apiVersion = 'v1', kind: name, name: wanted } = autoscaler.spec.scaleTargetRef;
  const kind = await cluster.resourceOf(apiVersion, name);
  if (kind === undefined)
    throw new KnownError('not-found', `no matches for kind "${name}" in version "${apiVersion}"`);
  const key: Key = { namespace: autoscaler.metadata.namespace ?? '', name: wanted };
  const scale = await getScale(cluster, apiVersion, `${kind.plural}/${wanted}`, key);
  const { spec, status } = { spec: part(scale, 'spec'), status: part(scale, 'status') };
  const selector = String(status['selector'] ?? '');
  if (selector === '') throw new KnownError('invalid', 'selector is required');
  return {
    kind,
    key,
    specReplicas: Number(spec['replicas'] ?? 0),
    statusReplicas: Number(status['replicas'] ?? 0),
    selector: parseSelector(selector),
  };
}

async function getScale(
  cluster: Cluster,
  apiVersion: string,
  path: string,
  { namespace = '' }: Key,
): Promise<JsonRecord> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const answer = await cluster.raw(`${root}/namespaces/${namespace}/${path}/scale`);
  const scale: unknown = await answer.json().catch(() => undefined);
  if (answer.ok && isRecord(scale)) return scale;
  const message = isRecord(scale) ? String(scale['message']) : `status ${answer.status}`;
  throw new KnownError(answer.status === 404 ? 'not-found' : 'failed', message);
}

function part(scale: JsonRecord, name: string): JsonRecord {
  return isRecord(scale[name]) ? scale[name] : {};
}

/** Sets the replicas of a target. */
export async function writeScale(
  cluster: Cluster,
  { kind, key }: Target,
  replicas: number,
): Promise<void> {
  await cluster.patch(kind, key, { spec: { replicas } }, { type: 'merge', subresource: 'scale' });
}
