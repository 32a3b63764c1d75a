import { keyOf } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { isWorkload, parseManifests, resourceId, selectFiles } from '../../lib/manifest/index.ts';
import type { Manifest } from '../../lib/manifest/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { ImageRepository } from './settings.ts';

/** A workload as git declares it, with its id in the cluster. */
export interface DeclaredWorkload {
  readonly id: string;
  readonly manifest: Manifest;
}

/** The head of a branch: its workloads and the texts they stand in. */
export interface Snapshot {
  readonly revision: string;
  readonly workloads: readonly DeclaredWorkload[];
  /** Text of each file that declares something. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads the workloads of a branch's head as the last fetch brought it; undefined when there is no
 * such branch. A file that cannot be read declares nothing here: the sync reports it.
 */
export async function readSnapshot(
  mirror: Pick<Mirror, 'head' | 'load' | 'files'>,
  repository: ImageRepository,
): Promise<Snapshot | undefined> {
  const revision = await mirror.head(repository.branch);
  if (revision === undefined) return undefined;
  const { files } = selectFiles(await mirror.files(revision), repository.paths);
  const paths = files.map(({ path }) => path);
  const loaded = paths.length === 0 ? [] : await mirror.load({ revision, paths });
  const texts = new Map(loaded.map(({ path, content }) => [path, content.toString('utf8')]));
  const { manifests } = parseManifests([...texts].map(([path, text]) => ({ path, text })));
  const workloads = manifests
    .filter(({ object }) => isWorkload(object))
    .map((manifest) => ({ id: idOf(manifest.object, repository.defaultNamespace), manifest }));
  return { revision, workloads, texts };
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
