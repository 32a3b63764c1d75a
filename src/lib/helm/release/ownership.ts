import { KnownError } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import type { Cluster } from '../../kube/index.ts';
import type { ReleaseObject } from './objects.ts';
import { naming } from './several-errors.ts';

const managedBy = 'app.kubernetes.io/managed-by';
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** Whose a release's objects are. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
  /** Annotations besides Helm's own. */
  readonly marks?: Readonly<Record<string, string>>;
}

/** The object with Helm's ownership labels and annotations. */
export function owned(entry: ReleaseObject, owner: Owner): ReleaseObject {
  const { metadata } = entry.object;
  const object = {
    ...entry.object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [managedBy]: 'Helm' },
      annotations: {
        ...metadata.annotations,
        [releaseName]: owner.name,
        [releaseNamespace]: owner.namespace,
        ...owner.marks,
      },
    },
  };
  return { ...entry, object };
}

/**
 * Which of the objects are in the cluster already and may be taken over. Throws Helm's text when
 * one is there that is not this release's, unless everything is to be taken.
 */
export function adoptable(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
  how: { readonly owner: Owner; readonly takes: boolean; readonly action: 'install' | 'update' },
): Promise<ReleaseObject[]> {
  return naming(`Unable to continue with ${how.action}`, async () => {
    const lives = await Promise.all(
      entries.map(({ object, resource }) => cluster.get(resource, object.metadata)),
    );
    return entries.filter((entry, at) => {
      const live = lives[at];
      if (live === undefined) return false;
      if (!how.takes) refuseForeign(entry, live, how.owner);
      return true;
    });
  });
}

function refuseForeign({ object }: ReleaseObject, live: KubeObject, owner: Owner): void {
  const problem = ownershipProblem(live, owner);
  if (problem === undefined) return;
  const { kind, metadata } = object;
  throw new KnownError(
    'conflict',
    `${kind} ${JSON.stringify(metadata.name)} in namespace ${JSON.stringify(metadata.namespace ?? '')} exists and cannot be imported into the current release: ${problem}`,
  );
}

/** Whether a live object says that it is this release's. */
export function isOwn(live: KubeObject, owner: Owner): boolean {
  return ownershipProblem(live, owner) === undefined;
}

function ownershipProblem(live: KubeObject, owner: Owner): string | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  const problems = [
    mismatch('label', labels, [managedBy, 'Helm']),
    mismatch('annotation', annotations, [releaseName, owner.name]),
    mismatch('annotation', annotations, [releaseNamespace, owner.namespace]),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return undefined;
  return ['invalid ownership metadata', ...problems].join('; ');
}

function mismatch(
  what: string,
  found: Record<string, string>,
  [key, wanted]: readonly [string, string],
): string | undefined {
  const actual = found[key];
  if (actual === wanted) return undefined;
  const said =
    actual === undefined
      ? `missing key ${JSON.stringify(key)}: must be set to ${JSON.stringify(wanted)}`
      : `key ${JSON.stringify(key)} must equal ${JSON.stringify(wanted)}: current value is ${JSON.stringify(actual)}`;
  return `${what} validation error: ${said}`;
}
