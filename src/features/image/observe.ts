import { keyOf } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { isWorkload, resourceId } from '../../lib/manifest/index.ts';
import type { Manifest } from '../../lib/manifest/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { Reading, RevisionReader } from '../../lib/revision/index.ts';
import type { ImageRepository } from './settings.ts';

/** A workload as git declares it, with its id in the cluster. */
export interface DeclaredWorkload {
  readonly id: string;
  readonly manifest: Manifest;
}

/** The head of a branch: its workloads, and where they come from. */
export interface Snapshot {
  readonly revision: string;
  readonly workloads: readonly DeclaredWorkload[];
  readonly reading: Reading;
}

/** A repository whose workloads are looked at. */
export interface ObservedRepository {
  readonly mirror: Pick<Mirror, 'head'>;
  readonly reader: RevisionReader;
  readonly repository: ImageRepository;
}

/**
 * Reads the workloads of a branch's head as the last fetch brought it; undefined when there is no
 * such branch. A file that cannot be read declares nothing here: the sync reports it.
 */
export async function readSnapshot(
  { mirror, reader, repository }: ObservedRepository,
  signal?: AbortSignal,
): Promise<Snapshot | undefined> {
  const revision = await mirror.head(repository.branch);
  return revision === undefined ? undefined : snapshotAt({ reader, repository }, revision, signal);
}

/** Reads the workloads of a revision. */
export async function snapshotAt(
  { reader, repository }: Pick<ObservedRepository, 'reader' | 'repository'>,
  revision: string,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const reading = await reader.read(revision, signal);
  const workloads = reading.manifests
    .filter(({ object }) => isWorkload(object))
    .map((manifest) => ({ id: idOf(manifest.object, repository.defaultNamespace), manifest }));
  return { revision, workloads, reading };
}

function idOf(object: KubeObject, defaultNamespace: string): string {
  const namespace = object.metadata.namespace || defaultNamespace;
  return resourceId({ ...object, metadata: { ...object.metadata, namespace } });
}

/** The live object of a declared workload; undefined when it is not in the cluster. */
export async function liveOf(
  cluster: Cluster,
  { manifest }: DeclaredWorkload,
  defaultNamespace: string,
): Promise<KubeObject | undefined> {
  const { object } = manifest;
  const kind = await cluster.resourceOf(object.apiVersion, object.kind);
  if (kind === undefined) return undefined;
  const namespace = object.metadata.namespace || defaultNamespace;
  return cluster.get(kind, { ...keyOf(object), namespace });
}
