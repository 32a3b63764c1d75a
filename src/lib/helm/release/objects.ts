import { KnownError, isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import type { Cluster, Resource } from '../../kube/index.ts';
import { parse } from '../../yaml/index.ts';
import { splitDocuments } from '../render/manifests.ts';
import { naming } from './several-errors.ts';

/** An object of a release's manifest and how to address it. */
export interface ReleaseObject {
  readonly object: KubeObject;
  readonly resource: Resource;
}

/** How a manifest is read. */
export interface BuildHow {
  /** For objects that name none. */
  readonly namespace: string;
  /** What the manifest is, for texts: `release manifest`. Absent: texts begin with the fault. */
  readonly from?: string;
  /** What becomes of a kind that the cluster does not know: an error, unless it is left out. */
  readonly unknown?: 'fail' | 'skip';
  /** False: a document without kind is told in the words of Helm's decoder, not of its validation. */
  readonly validates?: boolean;
}

/**
 * Reads a manifest into objects: lists taken apart, the release's namespace filled in. A kind
 * that the cluster does not serve is Helm's error, or is left out (an object of a kind that is gone
 * cannot exist).
 */
export function buildObjects(
  cluster: Cluster,
  manifest: string,
  how: BuildHow,
): Promise<ReleaseObject[]> {
  const { from } = how;
  const build = (): Promise<ReleaseObject[]> => buildAll(cluster, manifest, how);
  if (from === undefined) return build();
  return naming(`unable to build kubernetes objects from ${from}`, build);
}

async function buildAll(
  cluster: Cluster,
  manifest: string,
  how: BuildHow,
): Promise<ReleaseObject[]> {
  const validates = how.validates !== false;
  const objects = splitDocuments(manifest).flatMap((each) => objectsOf(each, validates));
  const built: ReleaseObject[] = [];
  const problems: string[] = [];
  for (const object of objects) {
    const resource = await cluster.resourceOf(object.apiVersion, object.kind);
    if (resource !== undefined) built.push(placed(object, resource, how.namespace));
    else problems.push(noMatch(object));
  }
  if (problems.length === 0 || how.unknown === 'skip') return built;
  const all = [...new Set(problems)];
  const text = all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`;
  // The kind may come with another release.
  throw new KnownError('invalid', text, { retry: 'backoff' });
}

function noMatch({ apiVersion, kind, metadata }: KubeObject): string {
  const { name, namespace = '' } = metadata;
  return `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(namespace)} from "": no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`;
}

function objectsOf(document: string, validates: boolean): KubeObject[] {
  const value = parse(document);
  if (!isRecord(value) || Object.keys(value).length === 0) return [];
  const { kind, items } = value;
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  const all = isList ? items.filter(isRecord) : [value];
  return all.map((each) => checked(each, validates));
}

function checked(value: Record<string, unknown>, validates: boolean): KubeObject {
  const { apiVersion, kind, metadata } = value;
  if (typeof kind !== 'string' || kind === '') throw notSet('kind', value, validates);
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw notSet('apiVersion', value, validates);
  }
  const given = isRecord(metadata) ? metadata : {};
  return { ...value, apiVersion, kind, metadata: { ...given, name: String(given['name'] ?? '') } };
}

function notSet(
  field: 'kind' | 'apiVersion',
  value: Record<string, unknown>,
  validates: boolean,
): KnownError {
  const shown = field === 'kind' ? 'Kind' : field;
  const text = validates
    ? `error validating "": error validating data: ${field} not set`
    : `unable to decode "": Object '${shown}' is missing in '${JSON.stringify(value)}'`;
  return new KnownError('invalid', text);
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

/** Objects of one kind, side by side; kinds come in groups as the manifest orders them. */
export function batchesOf(entries: readonly ReleaseObject[]): ReleaseObject[][] {
  const batches: ReleaseObject[][] = [];
  for (const entry of entries) {
    const last = batches.at(-1);
    if (last?.[0]?.object.kind === entry.object.kind) last.push(entry);
    else batches.push([entry]);
  }
  return batches;
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
