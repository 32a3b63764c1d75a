import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import {
  difference,
  fromFieldsV1,
  FieldSetBuilder,
  isEmptySet,
  toFieldsV1,
  union,
} from './field-set.ts';
import type { FieldSet } from './field-set.ts';

/** One manager's entry of metadata.managedFields. */
export interface Managed {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly set: FieldSet;
}

/** Never owned by anyone: what names the object, and what only the server sets. */
const strippedPaths = [
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'selfLink',
    'clusterName',
    'generation',
    'resourceVersion',
    'managedFields',
  ].map((name) => ['f:metadata', `f:${name}`]),
];

const stripped: FieldSet = (() => {
  const builder = new FieldSetBuilder();
  for (const path of strippedPaths) builder.add(path);
  return builder.set;
})();

/** The set without the places that are never tracked. */
export function stripSet(set: FieldSet): FieldSet {
  return { own: false, children: difference(set, stripped).children };
}

/** The entries of an object; those that cannot be read make all of them unreadable (undefined). */
export function readManaged(object: JsonRecord | undefined): Managed[] | undefined {
  const metadata = object?.['metadata'];
  const list = isRecord(metadata) ? metadata['managedFields'] : undefined;
  if (!Array.isArray(list)) return [];
  const entries = list.map(readEntry);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function readEntry(entry: unknown): Managed | undefined {
  if (!isRecord(entry)) return undefined;
  const { operation, fieldsType, fieldsV1 } = entry;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (fieldsType !== undefined && fieldsType !== 'FieldsV1') return undefined;
  const text = (key: string): string => {
    const value = entry[key];
    return typeof value === 'string' ? value : '';
  };
  return {
    manager: text('manager'),
    operation,
    apiVersion: text('apiVersion'),
    subresource: text('subresource'),
    time: text('time'),
    set: fromFieldsV1(fieldsV1),
  };
}

/** Whether a body asks for tracking to be wiped: `managedFields: []` or `[{}]`. */
export function isReset(object: JsonRecord): boolean {
  const metadata = object['metadata'];
  const list = isRecord(metadata) ? metadata['managedFields'] : undefined;
  if (!Array.isArray(list)) return false;
  const [only] = list as unknown[];
  return (
    list.length === 0 || (list.length === 1 && isRecord(only) && Object.keys(only).length === 0)
  );
}

/** The object with these entries in metadata, in the server's order; none at all when there are none. */
export function withManaged(object: JsonRecord, entries: readonly Managed[]): JsonRecord {
  const { managedFields: _before, ...metadata } = isRecord(object['metadata'])
    ? object['metadata']
    : {};
  const list = entries
    .filter((entry) => !isEmptySet(entry.set))
    .toSorted(byServerOrder)
    .map(writeEntry);
  return {
    ...object,
    metadata: { ...metadata, ...(list.length === 0 ? {} : { managedFields: list }) },
  };
}

function writeEntry(entry: Managed): JsonRecord {
  return {
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === '' ? {} : { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(entry.set),
    ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
  };
}

function byServerOrder(a: Managed, b: Managed): number {
  for (const key of ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
}

/** Whether two entries are of the same manager; an applier is the same in every version. */
export function isSame(
  a: Omit<Managed, 'set' | 'time'>,
  b: Omit<Managed, 'set' | 'time'>,
): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

const maxUpdateEntries = 10;

/** More than ten Update entries: the oldest of each version go together into `ancient-changes`. */
export function capUpdates(entries: readonly Managed[]): Managed[] {
  const updates = entries.filter((entry) => entry.operation === 'Update').toSorted(byServerOrder);
  let left = updates.length;
  const result = new Set(entries);
  const first = new Map<string, Managed>();
  for (const entry of updates) {
    if (left <= maxUpdateEntries) break;
    const before = first.get(entry.apiVersion);
    first.set(entry.apiVersion, entry);
    if (before === undefined) continue;
    const bucket: Managed = {
      ...entry,
      manager: 'ancient-changes',
      subresource: '',
      set: union(before.set, entry.set),
    };
    result.delete(before);
    result.delete(entry);
    result.add(bucket);
    first.set(entry.apiVersion, bucket);
    left -= 1;
  }
  return [...result];
}
