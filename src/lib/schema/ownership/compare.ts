import { deepEqual } from '../equal.ts';
import type { TypeSchema } from '../type-schema.ts';
import { FieldSetBuilder } from './field-set.ts';
import type { FieldPath, FieldSet } from './field-set.ts';
import {
  isAlways,
  isBlank,
  itemSchema,
  itemsOf,
  memberSchema,
  membersOf,
  shapeOf,
} from './typed.ts';

/** What differs between two objects. A newly present map, list or item is in the set itself, too. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Sets {
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
}

/** One place in both objects. */
interface Pair {
  readonly schema: TypeSchema;
  readonly path: FieldPath;
  readonly before: unknown;
  readonly after: unknown;
  /** Go writes this place in every object: it is never newly there, nor gone. */
  readonly always: boolean;
}

/** Compares two objects of a type. */
export function compare(schema: TypeSchema, before: unknown, after: unknown): Comparison {
  const sets: Sets = {
    added: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    removed: new FieldSetBuilder(),
  };
  comparePair({ schema, path: [], before, after, always: true }, sets);
  return { added: sets.added.set, modified: sets.modified.set, removed: sets.removed.set };
}

function comparePair(pair: Pair, sets: Sets): void {
  const { schema, before, after } = pair;
  if (before === undefined && after === undefined) return;
  const shape = shapeOf(schema, before, after);
  if (shape === 'leaf' || (isBlank(before) && isBlank(after))) {
    compareLeaf(pair, sets);
    return;
  }
  if (shape === 'map') compareMaps(pair, sets);
  else compareLists(pair, sets);
  if (pair.always) return;
  if (before === undefined) sets.added.add(pair.path);
  else if (after === undefined) sets.removed.add(pair.path);
}

function compareLeaf({ path, before, after, always }: Pair, sets: Sets): void {
  if (before === undefined) (always ? sets.modified : sets.added).add(path);
  else if (after === undefined) sets.removed.add(path);
  else if (!deepEqual(before, after)) sets.modified.add(path);
}

function compareMaps({ schema, path, before, after }: Pair, sets: Sets): void {
  const [a, b] = [membersOf(before), membersOf(after)];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const both = before !== undefined && after !== undefined;
    const inner = memberSchema(schema, name);
    comparePair(
      {
        schema: inner,
        path: [...path, `f:${name}`],
        before: a[name],
        after: b[name],
        always: both && isAlways(schema, name),
      },
      sets,
    );
  }
}

function compareLists({ schema, path, before, after }: Pair, sets: Sets): void {
  const [a, b] = [new Map(itemsOf(schema, before)), new Map(itemsOf(schema, after))];
  for (const step of new Set([...a.keys(), ...b.keys()])) {
    comparePair(
      {
        schema: itemSchema(schema),
        path: [...path, step],
        before: a.get(step),
        after: b.get(step),
        always: false,
      },
      sets,
    );
  }
}
