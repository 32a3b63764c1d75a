import { KnownError, isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import type { Cluster, Resource } from '../../kube/index.ts';
import { parse } from '../../yaml/index.ts';
import { splitDocuments } from '../render/manifests.ts';

/** An object of a release's manifest and how to address it. */
export interface ReleaseObject {
  readonly object: KubeObject;
  readonly resource: Resource;
}

/** What `buildObjects` does with a kind that the cluster does not know. */
export type UnknownKind = 'fail' | 'skip';

/**
 * Reads a manifest into objects: lists taken apart, the release's namespace filled in. A kind
 * that the cluster does not serve is Helm's error, or is left out (an object of a kind that is gone
 * cannot exist).
 */
export async function buildObjects(
  cluster: Cluster,
  manifest: string,
  how: { readonly namespace: string; readonly from: string; readonly unknown?: UnknownKind },
): Promise<ReleaseObject[]> {
  const objects = splitDocuments(manifest).flatMap(objectsOf);
  const built: ReleaseObject[] = [];
  const problems: string[] = [];
  for (const object of objects) {
    const resource = await cluster.resourceOf(object.apiVersion, object.kind);
    if (resource !== undefined) built.push(placed(object, resource, how.namespace));
    else problems.push(noMatch(object));
  }
  if (problems.length > 0 && how.unknown !== 'skip') {
    const all = [...new Set(problems)];
    const text = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
    throw new KnownError(
      'invalid',
      `unable to build kubernetes objects from ${how.from}: ${text}`,
      // The kind may come with another release.
      { retry: 'backoff' },
    );
  }
  return built;
}

function noMatch({ apiVersion, kind, metadata }: KubeObject): string {
  const { name, namespace = '' } = metadata;
  return `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(namespace)} from "": no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`;
}

function objectsOf(document: string): KubeObject[] {
  const value = parse(document);
  if (!isRecord(value) || Object.keys(value).length === 0) return [];
  const { kind, items } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.filter(isRecord).map(checked);
  }
  return [checked(value)];
}

function checked(value: Record<string, unknown>): KubeObject {
  const { apiVersion, kind, metadata } = value;
  if (typeof kind !== 'string' || kind === '') throw notSet('kind');
  if (typeof apiVersion !== 'string' || apiVersion === '') throw notSet('apiVersion');
  const given = isRecord(metadata) ? metadata : {};
  return { ...value, apiVersion, kind, metadata: { ...given, name: String(given['name'] ?? '') } };
}

function notSet(field: 'kind' | 'apiVersion'): KnownError {
  return new KnownError(
    'invalid',
    `unable to build kubernetes objects from release manifest: error validating "": error validating data: ${field} not set`,
  );
}

function placed(object: KubeObject, resource: Resource, namespace: string): ReleaseObject {
  if (!resource.namespaced) {
    const { namespace: _dropped, ...metadata } = object.metadata;
    return { object: { ...object, metadata }, resource };
  }
  const own = object.metadata.namespace ?? '';
  const metadata = { ...object.metadata, namespace: own === '' ? namespace : own };
  return { object: { ...object, metadata }, resource };
}

/** What makes two manifests' objects the same one: group, kind, namespace and name, not the version. */
export function identityOf({ object, resource }: ReleaseObject): string {
  const { name, namespace = '' } = object.metadata;
  return [resource.group, object.kind, namespace, name].join('/');
}

const managedBy = 'app.kubernetes.io/managed-by';
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** Whose a release's objects are. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
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
      },
    },
  };
  return { ...entry, object };
}

/**
 * Which of the objects are in the cluster already and may be taken over. Throws Helm's text when
 * one is there that is not this release's.
 */
export async function adoptable(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
  owner: Owner & { readonly takeOwnership?: boolean },
): Promise<ReleaseObject[]> {
  const found: ReleaseObject[] = [];
  const lives = await Promise.all(
    entries.map(({ object, resource }) => cluster.get(resource, object.metadata)),
  );
  for (const [at, entry] of entries.entries()) {
    const live = lives[at];
    if (live === undefined) continue;
    const problem = owner.takeOwnership === true ? undefined : ownershipProblem(live, owner);
    if (problem !== undefined) {
      const { kind, metadata } = entry.object;
      throw new KnownError(
        'conflict',
        `${kind} ${JSON.stringify(metadata.name)} in namespace ${JSON.stringify(metadata.namespace ?? '')} exists and cannot be imported into the current release: ${problem}`,
      );
    }
    found.push(entry);
  }
  return found;
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

/** The objects of a stored release's manifest; those of kinds that are gone are left out. */
export function releaseObjects(
  cluster: Cluster,
  release: { readonly manifest: string; readonly namespace: string },
): Promise<ReleaseObject[]> {
  return buildObjects(cluster, release.manifest, {
    namespace: release.namespace,
    from: 'release manifest',
    unknown: 'skip',
  });
}
