import { invalid } from '../../../base/index.ts';
import { compareGvk, isSelected, sameGvk } from '../resource/res-id.ts';
import type { Gvk } from '../resource/res-id.ts';

/** A field of the objects of some kinds; empty parts of the kind fit all. `path` is cut at `/`. */
export interface FieldSpec extends Gvk {
  readonly path: string;
  /** Whether the field is made where it is missing. */
  readonly create: boolean;
}

/** Fields that hold the name of objects of a kind. */
export interface NameReference extends Gvk {
  readonly fieldSpecs: readonly FieldSpec[];
}

/** A field of the objects of a kind, given as `[group/][version.]Kind`-less parts. */
export function fieldSpec(path: string, gvk: Partial<Gvk> = {}, create = false): FieldSpec {
  return { group: '', version: '', kind: '', ...gvk, path, create };
}

/** Adds a field to a list unless it is there; the same field with another `create` is a fault. */
export function addFieldSpec(list: readonly FieldSpec[], spec: FieldSpec): FieldSpec[] {
  const same = list.find((each) => isSelected(each, spec) && each.path === spec.path);
  if (same === undefined) return [...list, spec];
  if (same.create !== spec.create) throw invalid('conflicting fieldspecs');
  return [...list];
}

export function addFieldSpecs(
  list: readonly FieldSpec[],
  specs: readonly FieldSpec[],
): readonly FieldSpec[] {
  let out = list;
  for (const spec of specs) out = addFieldSpec(out, spec);
  return out;
}

export function addNameReferences(
  list: readonly NameReference[],
  more: readonly NameReference[],
): readonly NameReference[] {
  const out = [...list];
  for (const each of more) {
    const at = out.findIndex((known) => sameGvk(known, each));
    const known = out[at];
    if (known === undefined) out.push(each);
    else out[at] = { ...known, fieldSpecs: addFieldSpecs(known.fieldSpecs, each.fieldSpecs) };
  }
  return out;
}

/** In the order kustomize works through them after a merge. */
export function sorted<T extends Gvk>(list: readonly T[]): readonly T[] {
  return list.toSorted(compareGvk);
}
