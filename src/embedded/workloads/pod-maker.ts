import type { KubeObject } from '../../base/index.ts';
import { controlledBy } from './claim.ts';
import type { LoopPorts, Tell } from './loop-ports.ts';
import { shapes, type Pod, type PodTemplate } from './objects.ts';

/** A pod of a template, controlled by its owner; the API server names it. */
export function podFromTemplate(owner: KubeObject, template: PodTemplate): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      // The API server makes the name from the prefix.
      name: undefined as unknown as string,
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: template.spec,
  };
}

/** Creates pods: one first, then twice as many each time, so that a template that is refused is refused once. */
export async function createPods(
  ports: LoopPorts,
  owner: KubeObject,
  pods: readonly Pod[],
  tell: Tell,
): Promise<void> {
  let at = 0;
  for (let size = 1; at < pods.length; size *= 2) {
    const batch = pods.slice(at, at + size);
    await Promise.all(batch.map((pod) => createPod(ports, owner, pod, tell)));
    at += batch.length;
  }
}

async function createPod(
  { cluster, stores }: LoopPorts,
  owner: KubeObject,
  pod: Pod,
  tell: Tell,
): Promise<void> {
  try {
    const made = await cluster.create(shapes.Pod, pod);
    stores.pods.wrote(made);
    tell(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    // A namespace that is going away refuses every pod; an event there would be refused as well.
    if (!message.includes('being terminated'))
      tell(owner, 'Warning', 'FailedCreate', `Error creating: ${message}`);
    throw thrown;
  }
}

/** Asks for a pod to go, with its own grace period. */
export async function deletePod(
  { cluster, stores }: LoopPorts,
  owner: KubeObject,
  pod: Pod,
  tell: Tell,
): Promise<void> {
  const { uid } = pod.metadata;
  await cluster.delete(shapes.Pod, pod.metadata, {
    preconditions: uid === undefined ? {} : { uid },
  });
  stores.pods.deleted(pod, pod.spec.nodeName !== undefined);
  tell(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}
