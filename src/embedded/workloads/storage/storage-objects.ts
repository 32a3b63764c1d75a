import type { Kind, KubeObject } from '../../../base/index.ts';
import { kinds, type LabelSelector } from '../../../lib/kube/index.ts';

export interface Claim extends KubeObject {
  spec: {
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
    selector?: LabelSelector;
    storageClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: { phase?: string; accessModes?: string[]; capacity?: { storage?: string } };
}

export interface Volume extends KubeObject {
  spec: {
    accessModes?: string[];
    capacity?: { storage?: string };
    claimRef?: {
      apiVersion?: string;
      kind?: string;
      namespace?: string;
      name?: string;
      uid?: string;
    };
    hostPath?: { path: string; type?: string };
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
  };
  status?: { phase?: string };
}

export interface StorageClass extends KubeObject {
  provisioner?: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

/** The kinds of the storage loop. */
export const storageShapes: {
  readonly Claim: Kind<Claim>;
  readonly Volume: Kind<Volume>;
  readonly Class: Kind<StorageClass>;
} = {
  Claim: kinds.PersistentVolumeClaim as Kind<Claim>,
  Volume: {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    namespaced: false,
  },
  Class: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    namespaced: false,
  },
};

/** Our provisioner: folders of this machine. */
export const provisioner = 'trice.dev/host-folder';
