import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { canonicalScalars, canonicalize } from '../canonical.ts';
import { deepEqual } from '../equal.ts';
import { anySchema } from '../type-schema.ts';
import type { TypeSchema } from '../type-schema.ts';
import { compare } from './compare.ts';
import { ApplyConflict, conflictsWith } from './conflict.ts';
import {
  difference,
  emptySet,
  intersection,
  sameSet,
  union,
  withoutBranches,
} from './field-set.ts';
import { keptByKubectl, withLastApplied } from './last-applied.ts';
import { capUpdates, isSame, readManaged, stripSet, withManaged } from './managed.ts';
import type { Managed } from './managed.ts';
import { mergeTyped } from './merge.ts';
import { pruneDropped } from './prune.ts';
import { toFieldSet } from './to-field-set.ts';
import { typedErrors } from './typed-errors.ts';
import { blankObject, resetPaths, trackUpdate } from './update.ts';

/** One server-side apply. */
export interface ApplyRequest {
  /** undefined: a kind without schema (maps granular, lists atomic). */
  readonly type: TypeSchema | undefined;
  /** The stored object; undefined when there is none. */
  readonly live: JsonRecord | undefined;
  /** The body of the request, name and namespace filled in. */
  readonly config: JsonRecord;
  readonly manager: string;
  readonly force: boolean;
  /** Now, RFC 3339 in whole seconds. */
  readonly now: string;
  readonly subresource?: string | undefined;
  /** Fields this endpoint never takes, e.g. [['status']] on the main one. */
  readonly resetFields?: readonly (readonly string[])[];
}

/** The merged object, before canonical form and defaulting, with its managedFields. */
export interface Applied {
  readonly object: JsonRecord;
  /** False when neither a field nor an ownership changed: nothing is to be written. */
  readonly changed: boolean;
}

/**
 * Server-side apply. Throws `ApplyConflict` (409); `KnownError('failed')` with status 500 when the body
 * does not fit the schema; `KnownError('invalid')` with status 400 when it carries managedFields.
 */
export function applyServerSide(given: ApplyRequest): Applied {
  checkConfig(given);
  const request = {
    ...given,
    config: asRecord(canonicalScalars(given.type ?? anySchema, given.config)),
  };
  const { type = anySchema, config, manager, force } = request;
  const live = trackedLive(request);
  const mine = newEntry(request);
  const managed = readManaged(live) ?? [];
  const last = managed.find((entry) => isSame(entry, mine));
  const others = managed.filter((entry) => entry !== last);
  const lastSet = last?.set ?? emptySet;
  const pruned = pruneDropped(type, mergeTyped(type, live, config), {
    entries: [...others, mine],
    last: lastSet,
  });
  // Pruning drops maps it empties; one that the configuration asks for, empty, comes back.
  const merged = asRecord(mergeTyped(type, pruned, config));
  const left = settle(others, { type, live, merged, force, manager });
  const changed = !sameObject(type, live, merged) || !sameSet(lastSet, mine.set);
  const kept = changed || last === undefined ? mine : { ...mine, time: last.time };
  const object = withLastApplied(withManaged(merged, capUpdates([...left, kept])), given);
  return { object, changed: changed || request.live === undefined };
}

function asRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** What this manager owns after the apply. */
function newEntry(request: ApplyRequest): Managed {
  const { type = anySchema, config, manager, now, subresource = '', resetFields } = request;
  const fields = withoutBranches(toFieldSet(type, config), resetPaths(resetFields));
  return {
    manager,
    operation: 'Apply',
    apiVersion: String(config['apiVersion'] ?? ''),
    subresource,
    time: now,
    set: stripSet(fields),
  };
}

function checkConfig({ type, config }: ApplyRequest): void {
  const metadata = isRecord(config['metadata']) ? config['metadata'] : {};
  if (Array.isArray(metadata['managedFields']) && metadata['managedFields'].length > 0) {
    throw new KnownError('invalid', 'metadata.managedFields must be nil', { status: 400 });
  }
  const errors = type === undefined ? [] : typedErrors(type, config);
  if (errors.length === 0) return;
  const [group, version = group] = String(config['apiVersion']).split('/');
  const groupVersion = group === version ? `/${version}` : `${group}/${version}`;
  const { namespace, name } = metadata;
  const place =
    namespace === undefined ? `/${String(name)}` : `${String(namespace)}/${String(name)}`;
  const what =
    errors.length === 1 ? errors[0] : `errors:\n${errors.map((e) => `  ${e}`).join('\n')}`;
  throw new KnownError(
    'failed',
    `failed to create typed patch object (${place}; ${groupVersion}, Kind=${String(config['kind'])}): ${what}`,
    { status: 500, retry: 'when-changed' },
  );
}

/** The live object; what nobody tracks yet is owned by `before-first-apply`. */
function trackedLive(request: ApplyRequest): JsonRecord {
  const { live, type, config, now } = request;
  if (live === undefined) return blankObject(type, config);
  const managed = readManaged(live);
  if (managed !== undefined && managed.length > 0) return live;
  return trackUpdate({
    type,
    live: undefined,
    updated: live,
    manager: 'before-first-apply',
    now,
  });
}

interface Settling {
  readonly type: TypeSchema;
  readonly live: JsonRecord;
  readonly merged: JsonRecord;
  readonly force: boolean;
  readonly manager: string;
}

/** The other managers after this apply: they lose what it changed, if they may. */
function settle(others: readonly Managed[], how: Settling): Managed[] {
  const changes = compare(how.type, how.live, how.merged);
  const taken = union(changes.added, changes.modified);
  const met = others.map((entry) => ({ entry, fields: intersection(entry.set, taken) }));
  const allowed = how.force ? taken : keptByKubectl(how.type, how.live, how.manager);
  const conflicts = met.flatMap(({ entry, fields }) =>
    conflictsWith(entry, difference(fields, allowed)),
  );
  if (conflicts.length > 0) throw new ApplyConflict(conflicts);
  return met.map(({ entry, fields }) => ({
    ...entry,
    set: difference(difference(entry.set, fields), changes.removed),
  }));
}

/** Whether two objects are stored as the same: tracking aside, and in canonical form. */
function sameObject(type: TypeSchema, a: JsonRecord, b: JsonRecord): boolean {
  const stored = (object: JsonRecord): JsonRecord => {
    const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
    const { managedFields: _managed, ...rest } = metadata;
    const kept = { ...object, metadata: rest };
    // Types of custom resources have no name; their objects are kept as they come.
    return type.name === undefined ? kept : canonicalize(type, kept);
  };
  return deepEqual(stored(a), stored(b));
}
