import { chmod, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { KnownError, type KubeObject } from '../../../base/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';

/** Gives the folder of a claim on this machine; throws while it is not bound, or is no folder of this machine. */
export type FolderOf = (namespace: string, claim: string) => Promise<string>;

interface Claim extends KubeObject {
  spec: { volumeName?: string };
  status?: { phase?: string };
}

interface Volume extends KubeObject {
  spec: { hostPath?: { path: string; type?: string }; local?: { path: string } };
}

const volumes = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
} as const;

/** Looks claims up in the cluster, and makes the folders of volumes that want to be made. */
export function claimFolders(cluster: Cluster): FolderOf {
  return async (namespace, name) => {
    const claim = (await cluster.get(kinds.PersistentVolumeClaim, { namespace, name })) as
      Claim | undefined;
    if (claim === undefined)
      throw new KnownError('not-found', `persistentvolumeclaim "${name}" not found`);
    const { volumeName } = claim.spec;
    if (volumeName === undefined || claim.status?.phase !== 'Bound')
      throw new KnownError('not-found', `persistentvolumeclaim "${name}" is not bound yet`);
    const volume = (await cluster.get(volumes, { name: volumeName })) as Volume | undefined;
    if (volume === undefined)
      throw new KnownError('not-found', `persistentvolume "${volumeName}" not found`);
    return folderOf(volume);
  };
}

async function folderOf({ metadata, spec: { hostPath, local } }: Volume): Promise<string> {
  const path = hostPath?.path ?? local?.path;
  if (path === undefined)
    throw new KnownError(
      'unsupported',
      `persistentvolume "${metadata.name}" is no folder of this node: use hostPath or local`,
    );
  if (hostPath?.type === 'DirectoryOrCreate' && !existsSync(path)) {
    await mkdir(path, { recursive: true });
    // Whoever runs in a container may write, as in a volume of a real class.
    await chmod(path, 0o777);
  }
  return path;
}
