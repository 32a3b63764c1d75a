import type { JsonRecord } from '../../../base/index.ts';
import { namedType } from '../built-in.ts';
import type { TypeField, TypeSchema } from '../type-schema.ts';
import { scalarDefinitions } from './scalar-definitions.ts';

/** Which OpenAPI the definitions are for: v2 keeps them under `definitions`, v3 under `components`. */
export type OpenApiVersion = 2 | 3;

/** Definitions by name, in the order they were met. */
export type Definitions = Record<string, JsonRecord>;

/** A reference to a definition. */
export function refTo(name: string, version: OpenApiVersion): JsonRecord {
  return { $ref: `#/${version === 2 ? 'definitions' : 'components/schemas'}/${name}` };
}

const scalars: Readonly<Record<string, JsonRecord>> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float: { type: 'number', format: 'double' },
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
};

const named: Readonly<Record<string, JsonRecord>> = {
  quantity: { type: 'string' },
  intOrString: { type: 'string', format: 'int-or-string' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
};

/** Adds the definition of a type and of all it refers to. */
export function addDefinition(into: Definitions, type: TypeSchema, version: OpenApiVersion): void {
  const { name } = type;
  if (name === undefined || into[name] !== undefined) return;
  const definition: JsonRecord = { type: 'object' };
  into[name] = definition;
  const properties: JsonRecord = {};
  const required: string[] = [];
  for (const field of type.fields.values()) {
    properties[field.name] = propertyOf(into, field, version);
    if (field.required) required.push(field.name);
  }
  if (type.fields.size > 0) definition['properties'] = properties;
  if (required.length > 0) definition['required'] = required;
  if (type.atomic) definition['x-kubernetes-map-type'] = 'atomic';
}

function propertyOf(into: Definitions, field: TypeField, version: OpenApiVersion): JsonRecord {
  const { schema, defaultValue } = field;
  const property = schemaOf(into, schema, version);
  const extended = {
    ...property,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    ...listExtensions(schema),
    ...(schema.patchMergeKey === undefined
      ? {}
      : { 'x-kubernetes-patch-merge-key': schema.patchMergeKey }),
    ...(schema.patchStrategy.length === 0
      ? {}
      : { 'x-kubernetes-patch-strategy': schema.patchStrategy.join(',') }),
  };
  const { $ref, ...rest } = extended as JsonRecord & { $ref?: string };
  // In OpenAPI 3.0 nothing may stand beside a $ref.
  if (version === 3 && $ref !== undefined) return { allOf: [{ $ref }], ...rest };
  return extended;
}

function listExtensions(schema: TypeSchema): JsonRecord {
  if (schema.form === 'map' && schema.atomic) return { 'x-kubernetes-map-type': 'atomic' };
  if (schema.form !== 'list') return {};
  return {
    'x-kubernetes-list-type': schema.listType,
    ...(schema.listKeys.length === 0 ? {} : { 'x-kubernetes-list-map-keys': [...schema.listKeys] }),
  };
}

/** The OpenAPI schema of a place; definitions it refers to are added. */
export function schemaOf(
  into: Definitions,
  schema: TypeSchema,
  version: OpenApiVersion,
): JsonRecord {
  switch (schema.form) {
    case 'struct':
      addDefinition(into, schema, version);
      return schema.name === undefined ? { type: 'object' } : refTo(schema.name, version);
    case 'map':
      return {
        type: 'object',
        additionalProperties: schemaOf(into, schema.values ?? schema, version),
      };
    case 'list':
      return { type: 'array', items: schemaOf(into, schema.values ?? schema, version) };
    case 'scalar':
      return scalarOf(into, schema, version);
    case 'any':
      // No type: a default in a schema may be a text as well as a map.
      return { 'x-kubernetes-preserve-unknown-fields': true };
  }
}

function scalarOf(into: Definitions, schema: TypeSchema, version: OpenApiVersion): JsonRecord {
  const scalar = schema.scalar ?? 'string';
  const definition = scalarDefinitions[scalar];
  if (definition !== undefined) {
    into[definition] ??= { ...named[scalar] };
    return refTo(definition, version);
  }
  return {
    ...scalars[scalar],
    ...(schema.oneOf === undefined ? {} : { enum: [...schema.oneOf] }),
  };
}

/** Group, version and kind as the documents carry them. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Says of which kind a definition is, so that clients find it. */
export function markKind(definition: JsonRecord | undefined, gvk: GroupVersionKind): void {
  if (definition === undefined) return;
  const { group, version, kind } = gvk;
  const known = (definition['x-kubernetes-group-version-kind'] ??= []) as GroupVersionKind[];
  if (
    !known.some((each) => each.kind === kind && each.group === group && each.version === version)
  ) {
    known.push({ group, kind, version });
  }
}

/** The definition of a list of a kind. */
export function addListDefinition(
  into: Definitions,
  of: { readonly name: string; readonly gvk: GroupVersionKind },
  version: OpenApiVersion,
): void {
  const meta = namedType('meta/v1.ListMeta');
  addDefinition(into, meta, version);
  into[`${of.name}List`] = {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: refTo(of.name, version) },
      kind: { type: 'string' },
      metadata: refTo(meta.name ?? '', version),
    },
    'x-kubernetes-group-version-kind': [{ ...of.gvk, kind: `${of.gvk.kind}List` }],
  };
}
