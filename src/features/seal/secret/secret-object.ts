import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';

/** A Secret as the API serves it; values of `data` are base64. */
export interface SecretObject extends KubeObject {
  type?: string;
  immutable?: boolean;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

// The order in which Go's ObjectMeta is written as JSON; what is not here is not part of it.
const fields = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
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
] as const;

const serverSide = [
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** Metadata in Go's field order, without nulls, empty values and fields that Go's type does not have. */
export function orderedMetadata(metadata: unknown): JsonRecord {
  const given = isRecord(metadata) ? metadata : {};
  const kept = fields.map((field) => [field, given[field]] as const);
  return Object.fromEntries(
    kept
      .filter(([, value]) => !isEmpty(value))
      .map(([field, value]) => [field, isTextMap(field) ? sorted(value) : value]),
  );
}

/** The same without what only a server sets. */
export function withoutServerFields(metadata: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverSide.includes(key)));
}

/** A map with its keys sorted, as Go writes maps. */
export function sorted<T>(map: T): T {
  if (!isRecord(map)) return map;
  return Object.fromEntries(
    Object.entries(map).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  ) as T;
}

function isTextMap(field: string): boolean {
  return field === 'labels' || field === 'annotations';
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
