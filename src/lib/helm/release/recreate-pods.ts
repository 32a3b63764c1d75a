import { KnownError, isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { kinds, selectorText } from '../../kube/index.ts';
import type { LabelSelector } from '../../kube/index.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';

/** Groups and kinds whose objects choose pods. */
const owners = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  '/ReplicationController',
  '/Service',
]);

/** Deletes the pods that the objects choose, so that they start again. What fails is logged: the release stands. */
export async function recreatePods(
  ports: ActionPorts,
  entries: readonly ReleaseObject[],
): Promise<void> {
  try {
    for (const { object, resource } of entries) {
      if (owners.has(`${resource.group}/${object.kind}`)) await deletePodsOf(ports, object);
    }
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    ports.log.warn('pods could not be made again', { err: thrown.message });
  }
}

async function deletePodsOf({ cluster }: ActionPorts, object: KubeObject): Promise<void> {
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  if (!isRecord(spec['selector'])) return;
  const isPlain = object.kind === 'Service' || object.kind === 'ReplicationController';
  const selector: LabelSelector = isPlain
    ? { matchLabels: spec['selector'] as Record<string, string> }
    : spec['selector'];
  const { namespace } = object.metadata;
  const { items } = await cluster.list(kinds.Pod, {
    labelSelector: selectorText(selector),
    ...(namespace === undefined ? {} : { namespace }),
  });
  for (const { metadata } of items) {
    const { uid } = metadata;
    await cluster.delete(kinds.Pod, metadata, uid === undefined ? {} : { preconditions: { uid } });
  }
}
