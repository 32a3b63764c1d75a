import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { isEmptySet } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { itemSchema, itemsOf, memberSchema, shapeOf } from './typed.ts';

/** The value without the places of a set; maps and lists that become empty go too. */
export function removePlaces(schema: TypeSchema, value: unknown, places: FieldSet): unknown {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf' || isEmptySet(places)) return value;
  if (shape === 'map' && isRecord(value)) return removeMembers(schema, value, places);
  const items = itemsOf(schema, value).flatMap(([step, item]) => {
    const below = places.children.get(step);
    if (below === undefined) return [item];
    if (below.own) return [];
    const left = removePlaces(itemSchema(schema), item, below);
    return left === undefined ? [] : [left];
  });
  return items.length === 0 ? undefined : items;
}

function removeMembers(schema: TypeSchema, value: JsonRecord, places: FieldSet): unknown {
  const result: JsonRecord = {};
  for (const [name, inner] of Object.entries(value)) {
    const below = places.children.get(`f:${name}`);
    if (below?.own === true) continue;
    const left =
      below === undefined ? inner : removePlaces(memberSchema(schema, name), inner, below);
    if (left !== undefined) result[name] = left;
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/**
 * The set with every declared field on the way to its places as a place of its own: removing such a set
 * from an object takes the emptied structs along.
 */
export function withParents(schema: TypeSchema, set: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    const name = step.startsWith('f:') ? step.slice(2) : undefined;
    const inner = name === undefined ? itemSchema(schema) : memberSchema(schema, name);
    const below = withParents(inner, child);
    const declared = name !== undefined && schema.fields.has(name) && child.children.size > 0;
    children.set(step, { own: child.own || declared, children: below.children });
  }
  return { own: set.own, children };
}
