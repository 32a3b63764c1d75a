import type { KubeObject } from '../../../base/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import {
  containersOf,
  liveWorkloads,
  policiesOf,
  resourceId,
  textMap,
} from '../../../lib/manifest/index.ts';
import type { Manifest } from '../../../lib/manifest/index.ts';
import type { RepositorySync } from '../repository-sync.ts';
import { workloadStatus } from './workload-status.ts';
import type { Rollout } from './workload-status.ts';

/** One workload as fluxd's API lists it. */
export interface ListedWorkload {
  readonly ID: string;
  readonly Containers: ReadonlyArray<{
    readonly Name: string;
    readonly Current: { readonly ID: string };
  }>;
  readonly ReadOnly: '' | 'NotInRepo' | 'System' | 'NoRepo' | 'NotReady' | 'ReadOnlyMode';
  readonly Status: string;
  readonly Rollout: Rollout;
  readonly SyncError: string;
  readonly Antecedent: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Automated: boolean;
  readonly Locked: boolean;
  readonly Ignore: boolean;
  readonly Policies: Readonly<Record<string, string>>;
}

export interface WorkloadQuery {
  /** `''`: all. */
  readonly namespace: string;
  /** Only these; empty: all. */
  readonly ids: readonly string[];
}

interface Sources {
  readonly cluster: Cluster;
  readonly repositories: readonly RepositorySync[];
}

/** The workloads of the cluster, sorted by id, with the policies that git gives them. */
export async function listWorkloads(
  sources: Sources,
  { namespace, ids }: WorkloadQuery,
): Promise<ListedWorkload[]> {
  const objects = await liveWorkloads(sources.cluster, namespace);
  const declared = declaredById(sources.repositories);
  return [...objects.values()]
    .map((object) => listed(object, sources.repositories, declared))
    .filter(({ ID }) => ids.length === 0 || ids.includes(ID))
    .toSorted((a, b) => (a.ID < b.ID ? -1 : 1));
}

interface Declared {
  readonly manifest: Manifest;
  readonly repository: RepositorySync;
}

function declaredById(repositories: readonly RepositorySync[]): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const repository of repositories) {
    const namespace = repository.settings.defaultNamespace;
    for (const manifest of repository.reading?.manifests ?? []) {
      const { object } = manifest;
      const metadata = { ...object.metadata, namespace: object.metadata.namespace || namespace };
      found.set(resourceId({ ...object, metadata }), { manifest, repository });
    }
  }
  return found;
}

function listed(
  object: KubeObject,
  repositories: readonly RepositorySync[],
  all: ReadonlyMap<string, Declared>,
): ListedWorkload {
  const id = resourceId(object);
  const declared = all.get(id);
  const policies = policiesOf(declared?.manifest.object ?? { ...object, metadata: { name: '' } });
  const problem = declared?.repository.report.problems.find((each) => each.id === id);
  const { status, rollout } = workloadStatus(object);
  return {
    ID: id,
    Containers: containersOf(object).map(({ name, image }) => ({
      Name: name,
      Current: { ID: image },
    })),
    ReadOnly: readOnlyReason(object, repositories, declared),
    Status: status,
    Rollout: rollout,
    SyncError: problem?.message ?? '',
    Antecedent: textMap(object, 'annotations')['helm.fluxcd.io/antecedent'] ?? '',
    Labels: textMap(object, 'labels'),
    Automated: policies['automated'] === 'true',
    Locked: policies['locked'] === 'true',
    Ignore: policies['ignore'] === 'true',
    Policies: Object.fromEntries(
      Object.entries(policies).filter(
        ([name, value]) => !['automated', 'locked', 'ignore'].includes(name) || value === 'true',
      ),
    ),
  };
}

function readOnlyReason(
  object: KubeObject,
  repositories: readonly RepositorySync[],
  declared: Declared | undefined,
): ListedWorkload['ReadOnly'] {
  if (repositories.length === 0) return 'NoRepo';
  if (declared !== undefined) return declared.repository.settings.isReadOnly ? 'ReadOnlyMode' : '';
  if (repositories.some((each) => each.reading === undefined)) return 'NotReady';
  const isAddon =
    object.metadata.namespace === 'kube-system' &&
    textMap(object, 'labels')['kubernetes.io/cluster-service'] === 'true';
  return isAddon ? 'System' : 'NotInRepo';
}
