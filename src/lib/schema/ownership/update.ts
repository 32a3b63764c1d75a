import type { JsonRecord } from '../../../base/index.ts';
import { canonicalize } from '../canonical.ts';
import { anySchema } from '../type-schema.ts';
import type { TypeSchema } from '../type-schema.ts';
import { compare } from './compare.ts';
import { difference, isEmptySet, union, withoutBranches } from './field-set.ts';
import type { FieldPath, FieldSet } from './field-set.ts';
import { capUpdates, isReset, isSame, readManaged, stripSet, withManaged } from './managed.ts';
import type { Managed } from './managed.ts';

/** One write that is not an apply. */
export interface UpdateToTrack {
  /** undefined: a kind without schema. */
  readonly type: TypeSchema | undefined;
  /** The stored object before the write; undefined on create. */
  readonly live: JsonRecord | undefined;
  /**
   * The object to store, after defaulting; `managedFields` in it is what the client sent (for a patch:
   * the stored list, as patched). An empty list wipes tracking.
   */
  readonly updated: JsonRecord;
  readonly manager: string;
  /** Now, RFC 3339 in whole seconds. */
  readonly now: string;
  readonly subresource?: string | undefined;
  /** Fields this endpoint never takes, e.g. [['status']] on the main one. */
  readonly resetFields?: readonly (readonly string[])[];
}

/**
 * The object with `metadata.managedFields` as a real server would store it; nothing else is changed.
 * Every other manager loses what this write added, changed or removed; this one gains it. An object that
 * nobody tracks stays so until its first apply, but creation always starts tracking.
 */
export function trackUpdate(write: UpdateToTrack): JsonRecord {
  const { live, updated, subresource = '' } = write;
  const managed = givenOrLive(write);
  if (live !== undefined && managed.length === 0) return withManaged(updated, []);
  const self = {
    manager: write.manager,
    operation: 'Update' as const,
    apiVersion: String(updated['apiVersion'] ?? ''),
    subresource,
  };
  const before = live ?? blankObject(write.type, updated);
  const entries = shift(managed, { ...write, before, self });
  return withManaged(updated, capUpdates(entries));
}

/** The empty object of a kind: what Go always writes is there, so nobody comes to own it by creating. */
export function blankObject(type: TypeSchema | undefined, like: JsonRecord): JsonRecord {
  const head = { apiVersion: like['apiVersion'], kind: like['kind'] };
  return type === undefined || type.name === undefined
    ? head
    : { metadata: {}, ...canonicalize(type, head) };
}

/** A list sent by the client replaces the stored one if it can be read; a subresource's is not looked at. */
function givenOrLive(write: UpdateToTrack): Managed[] {
  const { live, updated, subresource } = write;
  if (subresource === undefined || subresource === '') {
    if (isReset(updated)) return [];
    const given = readManaged(updated);
    if (given !== undefined && given.length > 0) return given;
  }
  return readManaged(live) ?? [];
}

type Shift = UpdateToTrack & {
  readonly before: JsonRecord;
  readonly self: Omit<Managed, 'set' | 'time'>;
};

function shift(managed: readonly Managed[], write: Shift): Managed[] {
  const { type = anySchema, before, updated, self, now } = write;
  const changes = compare(type, before, updated);
  const reset = resetPaths(write.resetFields);
  const clean = (set: FieldSet): FieldSet => stripSet(withoutBranches(set, reset));
  const taken = clean(union(changes.added, changes.modified));
  const gone = withoutBranches(changes.removed, reset);
  const others = managed.map((entry) =>
    isSame(entry, self)
      ? { ...entry, set: difference(entry.set, gone) }
      : { ...entry, set: difference(difference(entry.set, taken), gone) },
  );
  if (isEmptySet(taken)) return others;
  const own = others.find((entry) => isSame(entry, self));
  const set = own === undefined ? taken : union(own.set, taken);
  return [...others.filter((entry) => entry !== own), { ...self, time: now, set }];
}

/** Field names as steps of a set. */
export function resetPaths(fields: UpdateToTrack['resetFields']): FieldPath[] {
  return (fields ?? []).map((path) => path.map((name) => `f:${name}`));
}
