import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { difference, emptySet, intersection, isEmptySet, union } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import type { Managed } from './managed.ts';
import { removePlaces, withParents } from './remove.ts';
import { toFieldSet } from './to-field-set.ts';

/**
 * The merged object without what this manager applied before and applies no more, unless another manager
 * (or its own new configuration) owns it, or it holds something this manager never had.
 */
export function pruneDropped(
  type: TypeSchema,
  merged: unknown,
  how: { readonly entries: readonly Managed[]; readonly last: FieldSet },
): JsonRecord {
  const whole = isRecord(merged) ? merged : {};
  if (isEmptySet(how.last)) return whole;
  const last = withParents(type, how.last);
  const parents = (object: unknown): FieldSet => withParents(type, toFieldSet(type, object));
  const all = parents(whole);
  const owned = how.entries.reduce((sum, entry) => union(sum, entry.set), emptySet);
  const dropped = removePlaces(type, whole, last);
  const addedBack = removePlaces(
    type,
    whole,
    difference(all, union(parents(dropped), withParents(type, owned))),
  );
  const left = removePlaces(type, whole, intersection(difference(all, parents(addedBack)), last));
  return isRecord(left) ? left : {};
}
