import { chmod, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KnownError, messageOf, type Run } from '../../../base/index.ts';
import type { Mount } from '../driver.ts';
import type { ContainerSpec, Pod, Volume, VolumeMount } from '../pod/pod.ts';
import type { PodFacts } from './fields.ts';
import { referencesOf, volumeFiles, type VolumePorts } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

/** How often tokens are made anew; the API server gives an hour. */
const tokenMs = 2_400_000;

/** The volumes of one pod, on this machine's disk. */
export interface PodVolumes {
  /** Writes them all; throws when something they show is not there. */
  prepare(pod: Pod, facts: PodFacts): Promise<void>;
  /** The folders a container sees. */
  mountsOf(container: ContainerSpec): Promise<Mount[]>;
}

/** Volumes under `dir`; those that show objects follow their changes until the signal. */
export function createPodVolumes(
  first: Pod,
  dir: string,
  ports: VolumePorts & { readonly latest: () => Pod; readonly podFacts: () => PodFacts },
  run: Run,
): PodVolumes {
  const volumes = first.spec.volumes ?? [];
  const claimed = new Map<string, string>();
  const at = (name: string): string => claimed.get(name) ?? join(dir, name);
  const write = async (volume: Volume, pod: Pod, facts: PodFacts): Promise<void> => {
    const claim = volume.persistentVolumeClaim;
    if (claim !== undefined) {
      const { namespace = '' } = pod.metadata;
      claimed.set(volume.name, await ports.folderOf(namespace, claim.claimName));
      return;
    }
    const files = await volumeFiles(pod, volume, facts, ports);
    if (files === undefined) await makeEmpty(at(volume.name));
    else await writeVolume(at(volume.name), files);
  };
  const rewrite = (volume: Volume): (() => void) =>
    oneAfterOther(volume, run, () => write(volume, ports.latest(), ports.podFacts()));
  let isFollowing = false;
  const follow = (): void => {
    if (isFollowing) return;
    isFollowing = true;
    for (const volume of volumes) {
      const changed = rewrite(volume);
      const { namespace = '' } = first.metadata;
      for (const { kind, name } of referencesOf(volume))
        ports.sources.follow(kind, { namespace, name }, changed, run.signal);
      if (volume.projected?.sources?.some((each) => each.serviceAccountToken))
        void renewTokens(changed, run);
    }
  };
  return {
    prepare: async (pod, facts) => {
      for (const volume of volumes) {
        refuse(volume);
        if (volume.hostPath === undefined) await inVolume(volume.name, write(volume, pod, facts));
      }
      follow();
    },
    mountsOf: (container) =>
      Promise.all((container.volumeMounts ?? []).map((mount) => mountOf(mount, volumes, at))),
  };
}

/** Whoever runs in a container may write. The folder above is closed to other users of the machine. */
async function makeEmpty(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o777);
}

/** Writes whenever it is called, never twice at once. */
function oneAfterOther(volume: Volume, run: Run, write: () => Promise<void>): () => void {
  let turn = Promise.resolve();
  // An object that is gone for now leaves the files as they were, as a kubelet does.
  const told = (thrown: unknown): void =>
    run.log.debug('a volume was not refreshed', { volume: volume.name, err: messageOf(thrown) });
  return () => {
    turn = turn.then(async () => {
      if (!run.signal.aborted) await write().catch(told);
    });
  };
}

async function renewTokens(changed: () => void, { clock, signal }: Run): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(tokenMs, signal).catch(() => {});
    if (!signal.aborted) changed();
  }
}

async function inVolume(name: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const message = `MountVolume.SetUp failed for volume "${name}" : ${thrown.message}`;
    throw new KnownError(thrown.code, message, { cause: thrown });
  }
}

const known = [
  'emptyDir',
  'hostPath',
  'persistentVolumeClaim',
  'configMap',
  'secret',
  'downwardAPI',
  'projected',
];

function refuse(volume: Volume): void {
  if (known.some((each) => each in volume)) return;
  const [type = 'an unknown type'] = Object.keys(volume).filter((each) => each !== 'name');
  throw new KnownError(
    'unsupported',
    `volume "${volume.name}" is ${type}, which this node cannot mount: use emptyDir, hostPath, persistentVolumeClaim, configMap, secret, projected or downwardAPI`,
  );
}

async function mountOf(
  { name, mountPath, subPath = '', readOnly = false }: VolumeMount,
  volumes: readonly Volume[],
  at: (name: string) => string,
): Promise<Mount> {
  const volume = volumes.find((each) => each.name === name);
  const root = volume?.hostPath?.path ?? at(name);
  if (subPath.split('/').includes('..'))
    throw new KnownError('invalid', `subPath ${subPath} of volume ${name} must not contain ..`);
  const hostPath = subPath === '' ? root : join(root, subPath);
  if (subPath !== '' && !existsSync(hostPath)) await mkdir(hostPath, { recursive: true });
  return { mountPath, hostPath, readOnly: readOnly || isClosed(volume) };
}

function isClosed(volume: Volume | undefined): boolean {
  return volume?.persistentVolumeClaim?.readOnly === true;
}
