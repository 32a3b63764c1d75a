import { isRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { pathText } from './field-set.ts';
import type { FieldPath } from './field-set.ts';
import { itemSchema, itemsOf, memberSchema } from './typed.ts';

/**
 * Why a configuration does not fit its type, in the words of the merge library:
 * `.spec.foo: field not declared in schema`, `.spec.containers: duplicate entries for key [name="c"]`.
 */
export function typedErrors(schema: TypeSchema, value: unknown, path: FieldPath = []): string[] {
  if (value === null || value === undefined || schema.form === 'any') return [];
  if (schema.form === 'scalar') {
    const expected = wrongScalar(schema, value);
    return expected === undefined ? [] : [`${pathText(path)}: expected ${expected}`];
  }
  if (schema.form === 'list') {
    if (!Array.isArray(value)) return [`${pathText(path)}: expected list, got ${shown(value)}`];
    return listErrors(schema, value, path);
  }
  if (!isRecord(value)) return [`${pathText(path)}: expected map, got ${shown(value)}`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const step = [...path, `f:${name}`];
    if (!isDeclared(schema, name)) return [`${pathText(step)}: field not declared in schema`];
    return typedErrors(memberSchema(schema, name), inner, step);
  });
}

function isDeclared(schema: TypeSchema, name: string): boolean {
  return schema.preserveUnknown || schema.values !== undefined || schema.fields.has(name);
}

function listErrors(schema: TypeSchema, value: readonly unknown[], path: FieldPath): string[] {
  const items = itemsOf(schema, value);
  const keyed = schema.listType === 'map';
  const errors = items.flatMap(([step, item], index) => {
    if (keyed && isRecord(item) && step.startsWith('i:')) {
      const [key] = schema.listKeys;
      return [
        `${pathText(path)}: element ${index}: associative list with keys has an element that omits key field "${key}" (and doesn't have default value)`,
      ];
    }
    const inner = keyed ? step : `i:${index}`;
    return typedErrors(itemSchema(schema), item, [...path, inner]);
  });
  if (schema.listType === 'atomic') return errors;
  const seen = new Set<string>();
  for (const [step] of items) {
    if (seen.has(step))
      errors.push(`${pathText(path)}: duplicate entries for key ${pathText([step])}`);
    seen.add(step);
  }
  return errors;
}

/** What was expected and what came, when they differ. */
function wrongScalar(schema: TypeSchema, value: unknown): string | undefined {
  switch (schema.scalar) {
    case 'int32':
    case 'int64':
    case 'float':
      return typeof value === 'number' ? undefined : `numeric (int or float), got ${typeof value}`;
    case 'bool':
      return typeof value === 'boolean' ? undefined : `boolean, got ${shown(value)}`;
    case 'quantity':
    case 'intOrString':
      return isRecord(value) || Array.isArray(value) ? `scalar, got ${shown(value)}` : undefined;
    default:
      return typeof value === 'string' ? undefined : `string, got ${shown(value)}`;
  }
}

const shown = (value: unknown): string =>
  `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
