import { KnownError, type KubeObject, type OwnerReference } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { controlledBy } from '../claim.ts';
import type { LoopPorts } from '../loop-ports.ts';
import type { Pod, StatefulSet } from '../objects.ts';
import { stableText } from '../template-hash.ts';
import { ordinalOf } from './decide-stateful-set.ts';

/** Makes the claims of one ordinal that are not there. */
export async function createClaims(
  { cluster, stores }: LoopPorts,
  set: StatefulSet,
  ordinal: number,
): Promise<void> {
  const { name, namespace = '' } = set.metadata;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const owners = ownersOf(set, undefined);
    const claimed: KubeObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...template.metadata,
        name: `${template.metadata.name}-${name}-${ordinal}`,
        namespace,
        labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
        ...(owners.length === 0 ? {} : { ownerReferences: owners }),
      },
      spec: template['spec'],
    };
    if (stores.claims.get(claimed.metadata) !== undefined) continue;
    try {
      await cluster.create(kinds.PersistentVolumeClaim, claimed);
    } catch (thrown) {
      if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
    }
  }
}

/**
 * Who takes a claim along, by the set's persistentVolumeClaimRetentionPolicy: the pod that is scaled away,
 * or the set when it is deleted; by default nobody, so that data outlives both. Pure.
 */
export function ownersOf(set: StatefulSet, scaledAway: Pod | undefined): OwnerReference[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } =
    set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (scaledAway !== undefined && whenScaled === 'Delete') return [controlledBy(scaledAway)];
  return whenDeleted === 'Delete' ? [controlledBy(set)] : [];
}

/** Gives the claims of the pods the owners they should have; owners of other kinds are left alone. */
export async function ownClaims(
  ports: LoopPorts,
  set: StatefulSet,
  pods: readonly Pod[],
): Promise<void> {
  const { replicas = 1, ordinals, volumeClaimTemplates: templates = [] } = set.spec;
  const start = ordinals?.start ?? 0;
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    const isWanted = ordinal >= start && ordinal < start + replicas;
    const owners = ownersOf(set, isWanted ? undefined : pod);
    for (const { metadata } of templates)
      await ownClaim(ports, set, `${metadata.name}-${pod.metadata.name}`, owners);
  }
}

async function ownClaim(
  { cluster, stores: { claims } }: LoopPorts,
  set: StatefulSet,
  name: string,
  owners: readonly OwnerReference[],
): Promise<void> {
  const live = claims.get({ namespace: set.metadata.namespace ?? '', name });
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return;
  const ownerReferences = ownersAfter(live, owners, set);
  if (ownerReferences === undefined) return;
  const { uid, resourceVersion } = live.metadata;
  const patch = { metadata: { uid, resourceVersion, ownerReferences } };
  claims.wrote(await cluster.patch(claims.kind, live.metadata, patch, { type: 'merge' }));
}

/** The whole list of owners when it has to change. A claim somebody else controls is theirs. */
function ownersAfter(
  { metadata }: KubeObject,
  wanted: readonly OwnerReference[],
  set: StatefulSet,
): OwnerReference[] | undefined {
  const before = metadata.ownerReferences ?? [];
  const isOurs = (each: OwnerReference): boolean =>
    each.kind === 'Pod' || each.uid === set.metadata.uid;
  const others = before.filter((each) => !isOurs(each));
  if (others.some(({ controller }) => controller === true)) return undefined;
  const after = [...others, ...wanted];
  return stableText(before) === stableText(after) ? undefined : after;
}
