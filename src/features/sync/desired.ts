import type { Kind, KubeObject } from '../../base/index.ts';
import { checksumOf, resourceId } from '../../lib/manifest/index.ts';
import type { Manifest } from '../../lib/manifest/index.ts';
import type { Reading } from '../../lib/revision/index.ts';
import type { ScopeOf } from './scopes.ts';
import type { RepositorySettings } from './settings.ts';

/** One object as it is to be in the cluster, its namespace written in. */
export interface DesiredObject {
  readonly id: string;
  readonly object: KubeObject;
  readonly kind: Kind;
  /** False: its kind comes with a definition of the same repository. */
  readonly isServed: boolean;
  readonly checksum: string;
  readonly manifest: Manifest;
}

/** Something a person has to mend; `id` is absent when a whole file is meant. */
export interface Problem {
  readonly id?: string;
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

/** What a revision wants of the cluster, and what it leaves open. */
export interface Desired {
  readonly objects: ReadonlyMap<string, DesiredObject>;
  /** Bad files and duplicates. */
  readonly problems: readonly Problem[];
  /** Manifests whose kind nobody defines yet. */
  readonly unknown: readonly Manifest[];
  /** Ids outside the allowed namespaces. */
  readonly excluded: readonly string[];
  /** Ids that must not be deleted although they are not among the objects. */
  readonly protectedIds: ReadonlySet<string>;
  /** False: nobody knows what a file stands for, so nothing at all may be deleted. */
  readonly mayPrune: boolean;
}

type Rules = Pick<RepositorySettings, 'defaultNamespace' | 'allowNamespaces'>;

/** Works out names and namespaces, and sets aside what is ambiguous or unknown. Pure. */
export function desiredOf(reading: Reading, scopeOf: ScopeOf, rules: Rules): Desired {
  const found = new Map<string, DesiredObject[]>();
  const unknown: Manifest[] = [];
  for (const manifest of reading.manifests) {
    const desired = desiredObject(manifest, scopeOf, rules.defaultNamespace);
    if (desired === undefined) unknown.push(manifest);
    else found.set(desired.id, [...(found.get(desired.id) ?? []), desired]);
  }
  const objects = new Map<string, DesiredObject>();
  const problems: Problem[] = reading.failures.map(({ file, line, message }) => ({
    path: file,
    message,
    ...(line === undefined ? {} : { line }),
  }));
  const excluded: string[] = [];
  const protectedIds = new Set(unknownIds([...unknown, ...(reading.lastGood ?? [])], rules));
  for (const [id, same] of found) {
    const [first] = same;
    if (first === undefined) continue;
    if (!isAllowed(first.object, rules.allowNamespaces)) excluded.push(id);
    else if (new Set(same.map(({ checksum }) => checksum)).size === 1) objects.set(id, first);
    else protectedIds.add(id);
    if (same.length > 1) problems.push(duplicate(id, same));
  }
  for (const id of excluded) protectedIds.add(id);
  return {
    objects,
    problems,
    unknown,
    excluded,
    protectedIds,
    mayPrune: reading.lastGood !== undefined,
  };
}

// The object that a manifest becomes, per namespace it was given: manifests of files that did not
// change are the same values from one revision to the next, so most of the work is done once.
const remembered = new WeakMap<Manifest, Map<string, DesiredObject>>();

function desiredObject(
  manifest: Manifest,
  scopeOf: ScopeOf,
  defaultNamespace: string,
): DesiredObject | undefined {
  const { apiVersion, kind } = manifest.object;
  const scope = scopeOf(apiVersion, kind);
  if (scope === undefined) return undefined;
  const key = JSON.stringify([scope.kind.namespaced, scope.isServed, defaultNamespace]);
  const known = remembered.get(manifest) ?? new Map<string, DesiredObject>();
  remembered.set(manifest, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  const object = placed(manifest.object, scope.kind.namespaced ? defaultNamespace : undefined);
  const made: DesiredObject = {
    id: resourceId(object),
    object,
    kind: scope.kind,
    isServed: scope.isServed,
    checksum: checksumOf(object),
    manifest,
  };
  known.set(key, made);
  return made;
}

/** With the namespace it will have; a namespace on a cluster-scoped object is dropped. */
function placed(object: KubeObject, defaultNamespace: string | undefined): KubeObject {
  const { namespace, ...rest } = object.metadata;
  if (defaultNamespace === undefined) return { ...object, metadata: rest };
  return { ...object, metadata: { ...rest, namespace: namespace || defaultNamespace } };
}

/** Both ids an object can have while nobody knows whether its kind has namespaces. */
function unknownIds(manifests: readonly Manifest[], rules: Rules): string[] {
  return manifests.flatMap(({ object }) => [
    resourceId(placed(object, undefined)),
    resourceId(placed(object, rules.defaultNamespace)),
  ]);
}

function isAllowed(object: KubeObject, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const { namespace, name } = object.metadata;
  if (namespace !== undefined) return allowed.includes(namespace);
  return object.kind !== 'Namespace' || allowed.includes(name);
}

function duplicate(id: string, same: readonly DesiredObject[]): Problem {
  const files = [...new Set(same.map(({ manifest }) => manifest.file))];
  const second = same[1]?.manifest;
  return {
    id,
    path: second?.file ?? '',
    ...(second === undefined ? {} : { line: second.line }),
    message: `duplicate definition of '${id}' (in ${files.join(' and ')})`,
  };
}
