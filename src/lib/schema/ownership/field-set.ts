import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';

/** Steps from the root, each in the form of FieldsV1: `f:spec`, `k:{"name":"c"}`, `v:"x"`, `i:0`. */
export type FieldPath = readonly string[];

/**
 * A set of places in an object. `own` says whether this place itself is in the set; children hold the
 * places below it. Operations return new sets; empty branches are never kept.
 */
export interface FieldSet {
  readonly own: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { own: false, children: new Map() };

export function isEmptySet(set: FieldSet | undefined): boolean {
  return set === undefined || (!set.own && set.children.size === 0);
}

/** Reads FieldsV1; `.` is the place itself, a key with nothing below it is a place. */
export function fromFieldsV1(fields: unknown): FieldSet {
  if (!isRecord(fields)) return emptySet;
  const children = new Map<string, FieldSet>();
  for (const [step, inner] of Object.entries(fields)) {
    if (step === '.') continue;
    const below = fromFieldsV1(inner);
    const isLeaf = isRecord(inner) && Object.keys(inner).length === 0;
    const child = { own: isLeaf || (isRecord(inner) && '.' in inner), children: below.children };
    if (!isEmptySet(child)) children.set(step, child);
  }
  return { own: false, children };
}

/** Writes FieldsV1, keys sorted. */
export function toFieldsV1(set: FieldSet): JsonRecord {
  const result: JsonRecord = {};
  for (const [step, child] of sorted(set)) {
    const below = toFieldsV1(child);
    result[step] = child.own && child.children.size > 0 ? { '.': {}, ...below } : below;
  }
  return result;
}

function sorted(set: FieldSet): [string, FieldSet][] {
  return [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A set that is being filled. */
export class FieldSetBuilder {
  #root: Building = { own: false, children: new Map() };

  add(path: FieldPath): void {
    let at = this.#root;
    for (const step of path) {
      const next = at.children.get(step) ?? { own: false, children: new Map() };
      at.children.set(step, next);
      at = next;
    }
    at.own = true;
  }

  get set(): FieldSet {
    return this.#root;
  }
}

interface Building {
  own: boolean;
  children: Map<string, Building>;
}

/** Parts that only one set has are shared, not copied: sets are never changed once made. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const other = children.get(step);
    children.set(step, other === undefined ? child : union(other, child));
  }
  return { own: a.own || b.own, children };
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const children = new Map<string, FieldSet>();
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const left = other === undefined ? child : difference(child, other);
    if (!isEmptySet(left)) children.set(step, left);
  }
  return { own: a.own && !b.own, children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const both = other === undefined ? emptySet : intersection(child, other);
    if (!isEmptySet(both)) children.set(step, both);
  }
  return { own: a.own && b.own, children };
}

/** Without these places and everything below them. */
export function withoutBranches(set: FieldSet, branches: readonly FieldPath[]): FieldSet {
  return branches.reduce(withoutBranch, set);
}

function withoutBranch(set: FieldSet, [step, ...rest]: FieldPath): FieldSet {
  if (step === undefined) return emptySet;
  const child = set.children.get(step);
  if (child === undefined) return set;
  const left = withoutBranch(child, rest);
  const children = new Map(set.children);
  if (isEmptySet(left)) children.delete(step);
  else children.set(step, left);
  return { own: set.own, children };
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a.own !== b.own || a.children.size !== b.children.size) return false;
  return [...a.children].every(([step, child]) => {
    const other = b.children.get(step);
    return other !== undefined && sameSet(child, other);
  });
}

/** Every place of the set: those of one level first, then those below, each level sorted. */
export function pathsOf(set: FieldSet, prefix: FieldPath = []): FieldPath[] {
  const level = sorted(set);
  return [
    ...level.filter(([, child]) => child.own).map(([step]) => [...prefix, step]),
    ...level.flatMap(([step, child]) => pathsOf(child, [...prefix, step])),
  ];
}

/** `.spec.containers[name="c"].image`, as conflicts show a path. */
export function pathText(path: FieldPath): string {
  return path.map(stepText).join('');
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('i:')) return `[${rest}]`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonRecord);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
