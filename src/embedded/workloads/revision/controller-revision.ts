import type { KubeObject } from '../../../base/index.ts';
import { controlledBy } from '../claim.ts';
import type { LoopPorts } from '../loop-ports.ts';
import { shapes, type ControllerRevision, type Pod, type PodTemplate } from '../objects.ts';
import { controllerUid } from '../store.ts';
import { sameTemplate, templateHash } from '../template-hash.ts';

/** The label by which a pod names its revision. */
export const revisionLabel = 'controller-revision-hash';

/** An owner whose templates are kept as ControllerRevisions. */
export interface Revised extends KubeObject {
  spec: { template: PodTemplate; revisionHistoryLimit?: number };
}

/** The revisions of an owner, oldest first. */
export function revisionsOf({ stores }: LoopPorts, owner: Revised): ControllerRevision[] {
  const { uid = '', namespace } = owner.metadata;
  return stores.revisions
    .list(namespace)
    .filter((each) => controllerUid(each) === uid)
    .toSorted((a, b) => a.revision - b.revision);
}

/** The template a revision keeps; `$patch` in it is for clients that roll back with it. */
export function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  const held = data?.spec?.template;
  if (held === undefined) return undefined;
  const { $patch: _directive, ...template } = held as PodTemplate & { $patch?: string };
  return template;
}

/** The revision of the present template: the newest one, made or numbered anew when it is not. */
export async function presentRevision(
  ports: LoopPorts,
  owner: Revised,
): Promise<ControllerRevision> {
  const { cluster, stores } = ports;
  const all = revisionsOf(ports, owner);
  const { template } = owner.spec;
  const found = all.findLast((each) => {
    const held = templateOf(each);
    return held !== undefined && sameTemplate(held, template);
  });
  const next = (all.at(-1)?.revision ?? 0) + 1;
  if (found !== undefined && found.revision === next - 1) return found;
  if (found !== undefined) {
    // A rollback: the old revision becomes the newest.
    const patch = { revision: next };
    const written = await cluster.patch(shapes.ControllerRevision, found.metadata, patch, {
      type: 'merge',
    });
    stores.revisions.wrote(written);
    return written;
  }
  const hash = templateHash(template);
  const { annotations } = owner.metadata;
  const made = await cluster.create(shapes.ControllerRevision, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, [revisionLabel]: hash },
      // `rollout history` reads the cause of a change from here.
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controlledBy(owner)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } as PodTemplate } },
    revision: next,
  });
  stores.revisions.wrote(made);
  return made;
}

/** What the pods say they are made of. */
export function usedBy(pods: readonly Pod[]): string[] {
  return pods.map((pod) => pod.metadata.labels?.[revisionLabel] ?? '');
}

/** Removes revisions beyond the limit that nobody uses, the oldest first. */
export async function dropOldRevisions(
  ports: LoopPorts,
  owner: Revised,
  inUse: ReadonlySet<string>,
): Promise<void> {
  const idle = revisionsOf(ports, owner).filter((each) => !inUse.has(each.metadata.name));
  const tooMany = idle.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const each of idle.slice(0, Math.max(0, tooMany))) {
    await ports.cluster.delete(shapes.ControllerRevision, each.metadata);
    ports.stores.revisions.deleted(each, false);
  }
}
