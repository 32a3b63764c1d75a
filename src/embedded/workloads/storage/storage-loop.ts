import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { keyText, KnownError } from '../../../base/index.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import { isActive } from '../pod-state.ts';
import { writeStatus } from '../status-write.ts';
import { createStore, type Store } from '../store.ts';
import { decideClaim, decideVolume } from './decide-claim.ts';
import { protect, protection } from './protect.ts';
import {
  provisioner,
  storageShapes,
  type Claim,
  type StorageClass,
  type Volume,
} from './storage-objects.ts';

interface Storage extends LoopPorts {
  readonly claims: Store<Claim>;
  readonly volumes: Store<Volume>;
  readonly classes: Store<StorageClass>;
  readonly tell: Tell;
  /** Folders of volumes are made below it; undefined: volumes are left to others to make and to free. */
  readonly dir: string | undefined;
}

/** Claims and volumes: binds them, has folders made for the default class, frees what was deleted. */
export function startStorageLoop(ports: LoopPorts, dir: string | undefined): Loop[] {
  const storage: Storage = {
    ...ports,
    claims: ports.stores.claims,
    volumes: createStore(ports.cluster, storageShapes.Volume, ports),
    classes: createStore(ports.cluster, storageShapes.Class, ports),
    tell: teller(ports, 'persistentvolume-controller'),
    dir,
  };
  const { claims, volumes, classes } = storage;
  const claimLoop = createLoop({
    ...ports,
    name: 'persistentvolumeclaim',
    reconcile: (key) => reconcileClaim(storage, key),
  });
  const volumeLoop = createLoop({
    ...ports,
    name: 'persistentvolume',
    reconcile: (key) => reconcileVolume(storage, key),
  });
  const openClaims = (): void => {
    for (const claim of claims.list())
      if (claim.status?.phase !== 'Bound') claimLoop.enqueue(keyText(claim.metadata));
  };
  claims.onChange((claim) => {
    claimLoop.enqueue(keyText(claim.metadata));
    if (claim.spec.volumeName) volumeLoop.enqueue(claim.spec.volumeName);
  });
  volumes.onChange((volume, _before, gone) => {
    volumeLoop.enqueue(volume.metadata.name);
    const { namespace = '', name } = volume.spec.claimRef ?? {};
    if (gone && name !== undefined) claimLoop.enqueue(keyText({ namespace, name }));
    else openClaims();
  });
  classes.onChange(openClaims);
  ports.stores.pods.onChange((pod) => {
    for (const name of claimNames(pod)) {
      const key = { namespace: pod.metadata.namespace ?? '', name };
      claimLoop.enqueue(keyText(key));
      for (const volume of volumes.list())
        if (volume.spec.claimRef?.name === name) volumeLoop.enqueue(volume.metadata.name);
    }
  });
  if (dir !== undefined) void addDefaultClass(storage);
  return [claimLoop, volumeLoop];
}

function claimNames({
  spec,
}: {
  readonly spec: { readonly volumes?: readonly object[] };
}): string[] {
  return (spec.volumes ?? []).flatMap((each) => {
    const { persistentVolumeClaim: claim } = each as {
      persistentVolumeClaim?: { claimName?: string };
    };
    return claim?.claimName === undefined ? [] : [claim.claimName];
  });
}

function isUsed({ stores }: LoopPorts, namespace: string, claim: string): boolean {
  return stores.pods
    .list(namespace)
    .some(
      (pod) => (isActive(pod) || pod.metadata.deletionTimestamp) && claimNames(pod).includes(claim),
    );
}

async function reconcileClaim(storage: Storage, key: string): Promise<undefined> {
  const { cluster, stores, claims, volumes, classes, tell } = storage;
  await Promise.all([claims.ready, volumes.ready, classes.ready, storage.stores.pods.ready]);
  const claim = claims.get(keyFromText(key));
  if (claim === undefined) return;
  const { namespace = '', name } = claim.metadata;
  const isNamed = stores.pods
    .list(namespace)
    .some((pod) => pod.spec.nodeName !== undefined && claimNames(pod).includes(name));
  await protect(cluster, claims, claim, { finalizer: protection.claim, inUse: isNamed });
  const world = {
    volumes: volumes.list(),
    classes: classes.list(),
    makesFolders: storage.dir !== undefined,
  };
  const plan = decideClaim(claim, { ...world, isUsed: isUsed(storage, namespace, name) });
  if (plan.do === 'bind') await bind(storage, claim, plan.volume);
  else if (plan.do === 'provision') await provision(storage, claim, plan.storageClass);
  else if (plan.do === 'lose')
    await writeStatus(storage.cluster, claims, claim, { ...claim.status, phase: 'Lost' });
  else if (plan.do === 'wait') {
    const isFine = plan.reason !== 'ProvisioningFailed';
    tell(claim, isFine ? 'Normal' : 'Warning', plan.reason, plan.message);
    if (claim.status?.phase === undefined)
      await writeStatus(storage.cluster, claims, claim, { phase: 'Pending' });
  }
}

/** Volume first: two claims that want the same one are told apart by its resource version. */
async function bind(storage: Storage, claim: Claim, volume: Volume): Promise<void> {
  const { cluster, claims, volumes } = storage;
  const { namespace = '', name, uid = '' } = claim.metadata;
  if (volume.spec.claimRef?.uid !== uid) {
    const { resourceVersion } = volume.metadata;
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
    const patch = {
      metadata: { resourceVersion, annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { claimRef },
    };
    const how = { type: 'merge' } as const;
    volumes.wrote(await cluster.patch(storageShapes.Volume, volume.metadata, patch, how));
  }
  const annotations = {
    'pv.kubernetes.io/bind-completed': 'yes',
    ...(claim.spec.volumeName ? {} : { 'pv.kubernetes.io/bound-by-controller': 'yes' }),
  };
  const patch = { metadata: { uid, annotations }, spec: { volumeName: volume.metadata.name } };
  const bound = await cluster.patch(storageShapes.Claim, claim.metadata, patch, { type: 'merge' });
  claims.wrote(bound);
  const { accessModes = [], capacity = {} } = volume.spec;
  await writeStatus(cluster, claims, bound, { phase: 'Bound', accessModes, capacity });
}

/** The volume of a claim, of the size it asks for. */
function volumeFor(
  claim: Claim,
  { metadata, reclaimPolicy = 'Delete' }: StorageClass,
  dir: string,
): Volume {
  const { namespace = '', name: claimed, uid = '' } = claim.metadata;
  const { accessModes = ['ReadWriteOnce'], resources, volumeMode = 'Filesystem' } = claim.spec;
  const name = `pvc-${uid}`;
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.storage ?? '1Gi' },
      claimRef: { ...reference, namespace, name: claimed, uid },
      hostPath: { path: join(dir, name), type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: metadata.name,
      volumeMode,
    },
  };
}

async function provision(storage: Storage, claim: Claim, from: StorageClass): Promise<void> {
  const { cluster, volumes, tell, dir = '' } = storage;
  const made = volumeFor(claim, from, dir);
  const { name } = made.metadata;
  try {
    volumes.wrote(await cluster.create(storageShapes.Volume, made));
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
  }
  tell(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  await bind(storage, claim, volumes.get({ name }) ?? made);
}

async function reconcileVolume(storage: Storage, name: string): Promise<undefined> {
  const { cluster, claims, volumes, dir } = storage;
  await Promise.all([claims.ready, volumes.ready, storage.stores.pods.ready]);
  const volume = volumes.get({ name });
  if (volume === undefined) return;
  const inUse = volume.status?.phase === 'Bound';
  await protect(cluster, volumes, volume, { finalizer: protection.volume, inUse });
  if (volume.metadata.deletionTimestamp !== undefined) return;
  const { namespace = '', name: claimed = '' } = volume.spec.claimRef ?? {};
  const claim = claims.get({ namespace, name: claimed });
  const used = isUsed(storage, namespace, claimed);
  const { phase, remove } = decideVolume(volume, claim?.metadata.uid, used);
  await writeStatus(cluster, volumes, volume, { ...volume.status, phase });
  if (remove && dir !== undefined) await free(storage, volume, dir);
}

/** Only folders that were made here are removed, whatever a volume says of itself. */
async function free({ cluster }: Storage, volume: Volume, dir: string): Promise<void> {
  const path = volume.spec.hostPath?.path ?? '';
  if (isInside(path, dir)) await rm(path, { recursive: true, force: true });
  const { uid } = volume.metadata;
  await cluster.delete(storageShapes.Volume, volume.metadata, {
    preconditions: uid === undefined ? {} : { uid },
  });
}

function isInside(path: string, dir: string): boolean {
  const inner = relative(dir, path);
  return inner !== '' && !inner.startsWith('..') && !isAbsolute(inner);
}

/** The class of claims that name none; once it is there, its owner may change or delete it. */
async function addDefaultClass({ cluster, classes, log, signal, clock }: Storage): Promise<void> {
  while (!signal.aborted) {
    try {
      await classes.ready;
      if (classes.list().length > 0) return;
      await cluster.create(storageShapes.Class, defaultClass);
      return;
    } catch (thrown) {
      if (thrown instanceof KnownError && thrown.code === 'exists') return;
      if (signal.aborted) return;
      log.warn('the default storage class could not be made', { err: String(thrown) });
      await clock.sleep(1000, signal).catch(() => {});
    }
  }
}

const defaultClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};
