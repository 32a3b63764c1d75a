import type { FieldError } from '../field-error.ts';
import { asJsonSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** Where a schema stands in the one above it. */
type Level = 'root' | 'field' | 'item';

const emptyType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** Why a CRD version's schema is not structural; paths begin with `path`. */
export function structuralErrors(openAPIV3Schema: unknown, path: string): FieldError[] {
  const schema = asJsonSchema(openAPIV3Schema);
  if (schema === undefined) {
    return [{ type: 'required', field: path, detail: 'schemas are required' }];
  }
  const errors = check(schema, path, 'root');
  const metadata = schema.properties?.['metadata'];
  const allowed: ReadonlySet<string> = new Set(['name', 'generateName']);
  if (Object.keys(metadata?.properties ?? {}).some((name) => !allowed.has(name))) {
    errors.push({
      type: 'forbidden',
      field: `${path}.properties[metadata]`,
      detail:
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
    });
  }
  return errors;
}

function check(schema: JsonSchema, path: string, level: Level): FieldError[] {
  const errors = [...typeProblems(schema, path, level), ...shapeProblems(schema, path)];
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    errors.push(...check(inner, `${path}.properties[${name}]`, 'field'));
  }
  const { additionalProperties: more } = schema;
  if (typeof more === 'object')
    errors.push(...check(more, `${path}.additionalProperties`, 'field'));
  if (schema.items !== undefined) errors.push(...check(schema.items, `${path}.items`, 'item'));
  return errors;
}

function typeProblems(schema: JsonSchema, path: string, level: Level): FieldError[] {
  const free =
    schema['x-kubernetes-int-or-string'] === true ||
    (level !== 'root' && schema['x-kubernetes-preserve-unknown-fields'] === true);
  if ((schema.type ?? '') === '') {
    return free ? [] : [{ type: 'required', field: `${path}.type`, detail: emptyType[level] }];
  }
  if (level !== 'root' || schema.type === 'object') return [];
  const detail = 'must be object at the root';
  return [{ type: 'invalid', field: `${path}.type`, value: schema.type, detail }];
}

function shapeProblems(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const more = schema.additionalProperties;
  // `true` says nothing that structural schemas do not say anyway, and is let pass.
  if (Object.keys(schema.properties ?? {}).length > 0 && more !== undefined && more !== true) {
    errors.push({
      type: 'forbidden',
      field: `${path}.additionalProperties`,
      detail: 'additionalProperties and properties are mutual exclusive',
    });
  }
  if (schema.type === 'array' && schema.items === undefined) {
    errors.push({ type: 'required', field: `${path}.items`, detail: 'must be specified' });
  }
  if (schema.uniqueItems === true) {
    errors.push({
      type: 'forbidden',
      field: `${path}.uniqueItems`,
      detail: 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    });
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] === 'map' && keys.length === 0) {
    errors.push({
      type: 'required',
      field: `${path}.x-kubernetes-list-map-keys`,
      detail: 'must not be empty if x-kubernetes-list-type is map',
    });
  }
  return errors;
}
