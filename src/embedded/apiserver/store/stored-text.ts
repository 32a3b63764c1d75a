import type { KubeObject, ObjectMeta } from '../../../base/index.ts';
import { parseJson } from '../parse-json.ts';
import type { Stored } from './store.ts';

const metadataOrder: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** JSON of an object with the given revision, its members in the order a real server writes them. */
export function textOf(object: KubeObject, revision: number): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  const given: Record<string, unknown> = { ...metadata, resourceVersion: String(revision) };
  const ordered: Record<string, unknown> = {};
  for (const field of metadataOrder) if (given[field] !== undefined) ordered[field] = given[field];
  return JSON.stringify({ kind, apiVersion, metadata: Object.assign(ordered, given), ...rest });
}

/** A kept version read from its text. */
export function storedOf(key: string, revision: number, text: string): Stored {
  return { key, revision, text, parse: () => parseJson(text) as KubeObject };
}

/** The same version carrying another revision, as the event of a deletion does. */
export function atRevision(stored: Stored, revision: number): Stored {
  return storedOf(stored.key, revision, textOf(stored.parse(), revision));
}
