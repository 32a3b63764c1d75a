import { matchesSelector } from '../../../lib/kube/index.ts';
import { quantity } from '../node/quantity.ts';
import { provisioner, type Claim, type StorageClass, type Volume } from './storage-objects.ts';

/** What a claim needs next. */
export type ClaimPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'bind'; readonly volume: Volume }
  | { readonly do: 'provision'; readonly storageClass: StorageClass }
  | { readonly do: 'lose' }
  | { readonly do: 'wait'; readonly reason: string; readonly message: string };

export interface ClaimWorld {
  readonly volumes: readonly Volume[];
  readonly classes: readonly StorageClass[];
  /** A pod that is placed, or wants to be, names the claim. */
  readonly isUsed: boolean;
  /** False: classes of our own provisioner are as anybody's. */
  readonly makesFolders?: boolean;
}

/** Binds a claim to a volume that fits, or has one made by its class. Pure. */
export function decideClaim(claim: Claim, world: ClaimWorld): ClaimPlan {
  const { volumes, classes, isUsed, makesFolders = true } = world;
  if (claim.metadata.deletionTimestamp !== undefined) return { do: 'nothing' };
  const { volumeName, storageClassName: className = '' } = claim.spec;
  if (volumeName !== undefined && volumeName !== '') return decideNamed(claim, volumeName, volumes);
  const mine = volumes.find((each) => isReservedFor(each, claim));
  if (mine !== undefined) return { do: 'bind', volume: mine };
  const storageClass = classes.find((each) => each.metadata.name === className);
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !isUsed)
    return {
      do: 'wait',
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    };
  const [smallest] = volumes
    .filter((each) => each.spec.claimRef === undefined && fits(each, claim))
    .toSorted((a, b) => sizeOf(a) - sizeOf(b));
  if (smallest !== undefined) return { do: 'bind', volume: smallest };
  return decideMaking(className, storageClass, makesFolders);
}

function decideMaking(
  className: string,
  storageClass: StorageClass | undefined,
  makesFolders: boolean,
): ClaimPlan {
  if (className === '')
    return {
      do: 'wait',
      reason: 'FailedBinding',
      message: 'no persistent volumes available for this claim and no storage class is set',
    };
  if (storageClass === undefined)
    return {
      do: 'wait',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io "${className}" not found`,
    };
  if (storageClass.provisioner === provisioner && makesFolders)
    return { do: 'provision', storageClass };
  return {
    do: 'wait',
    reason: 'ExternalProvisioning',
    message: `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  };
}

function decideNamed(claim: Claim, name: string, volumes: readonly Volume[]): ClaimPlan {
  const isBound = claim.status?.phase === 'Bound';
  const volume = volumes.find((each) => each.metadata.name === name);
  if (volume === undefined) return { do: isBound ? 'lose' : 'nothing' };
  const { claimRef } = volume.spec;
  const isFree = claimRef === undefined || isReservedFor(volume, claim);
  if (isBound && claimRef?.uid === claim.metadata.uid) return { do: 'nothing' };
  if (isFree) return { do: 'bind', volume };
  if (isBound) return { do: 'lose' };
  return {
    do: 'wait',
    reason: 'FailedBinding',
    message: `volume "${name}" already bound to a different claim.`,
  };
}

/** It names the claim: this very one, or any of its name. */
function isReservedFor({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean {
  if (claimRef === undefined) return false;
  const isNamed = claimRef.name === metadata.name && claimRef.namespace === metadata.namespace;
  return isNamed && (claimRef.uid === undefined || claimRef.uid === metadata.uid);
}

function fits(volume: Volume, claim: Claim): boolean {
  const wanted = shapeOf(claim.spec);
  const offered = shapeOf(volume.spec);
  const { selector, resources } = claim.spec;
  const isAlike = offered.className === wanted.className && offered.mode === wanted.mode;
  return (
    isAlike &&
    volume.metadata.deletionTimestamp === undefined &&
    wanted.access.every((each) => offered.access.includes(each)) &&
    sizeOf(volume) >= quantity(resources?.requests?.storage) &&
    (selector === undefined || matchesSelector(selector, volume.metadata.labels))
  );
}

function shapeOf({
  storageClassName: className = '',
  volumeMode: mode = 'Filesystem',
  accessModes: access = [],
}: Pick<Claim['spec'], 'storageClassName' | 'volumeMode' | 'accessModes'>) {
  return { className, mode, access };
}

function sizeOf({ spec }: Volume): number {
  return quantity(spec.capacity?.storage ?? '0');
}

/** What a volume is, and whether it is to be freed, once its claim is looked at. Pure. */
export function decideVolume(
  volume: Volume,
  claimUid: string | undefined,
  isUsed: boolean,
): { readonly phase: string; readonly remove: boolean } {
  const { claimRef, persistentVolumeReclaimPolicy: policy } = volume.spec;
  if (claimRef?.uid === undefined) return { phase: 'Available', remove: false };
  if (claimRef.uid === claimUid) return { phase: 'Bound', remove: false };
  // Pods that still run keep the folder until they are gone.
  return { phase: 'Released', remove: policy === 'Delete' && !isUsed };
}
