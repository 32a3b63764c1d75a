import type { TypeSchema } from '../type-schema.ts';
import { FieldSetBuilder } from './field-set.ts';
import type { FieldPath, FieldSet } from './field-set.ts';
import { isBlank, itemSchema, itemsOf, memberSchema, membersOf, shapeOf } from './typed.ts';

/** The places an applied configuration owns: its leaves, empty maps and lists, and keyed items themselves. */
export function toFieldSet(schema: TypeSchema, object: unknown): FieldSet {
  const found = new FieldSetBuilder();
  collect(schema, object, [], found);
  return found.set;
}

function collect(
  schema: TypeSchema,
  value: unknown,
  path: FieldPath,
  found: FieldSetBuilder,
): void {
  if (value === undefined) return;
  const shape = shapeOf(schema, value);
  if (shape === 'leaf' || (path.length > 0 && isBlank(value))) {
    found.add(path);
    return;
  }
  if (shape === 'map') {
    for (const [name, inner] of Object.entries(membersOf(value))) {
      collect(memberSchema(schema, name), inner, [...path, `f:${name}`], found);
    }
    return;
  }
  for (const [step, item] of itemsOf(schema, value)) {
    found.add([...path, step]);
    collect(itemSchema(schema), item, [...path, step], found);
  }
}
