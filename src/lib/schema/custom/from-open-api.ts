import { lazy } from '../compact-table.ts';
import { namedType } from '../built-in.ts';
import { anySchema, listSchema, mapSchema, scalarSchema } from '../type-schema.ts';
import type { ScalarFormat, TypeField, TypeSchema } from '../type-schema.ts';
import { additionalSchema, asJsonSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * The type a CRD version's `openAPIV3Schema` describes. Without a schema maps are granular and lists
 * atomic, and every field is known. apiVersion, kind and metadata are those of every object.
 */
export function fromOpenApiV3(openAPIV3Schema: unknown): TypeSchema {
  const schema = asJsonSchema(openAPIV3Schema) ?? { 'x-kubernetes-preserve-unknown-fields': true };
  return structOf({ ...schema, type: 'object' }, true);
}

const scalarOf: Readonly<Record<string, ScalarFormat>> = {
  string: 'string',
  integer: 'int64',
  number: 'float',
  boolean: 'bool',
};

function schemaOf(schema: JsonSchema): TypeSchema {
  const made = plainSchema(schema);
  return schema.nullable === true ? withNull(made) : made;
}

function withNull(schema: TypeSchema): TypeSchema {
  return schema.form === 'struct'
    ? Object.create(schema, { nullable: { value: true, enumerable: true } })
    : { ...schema, nullable: true };
}

function plainSchema(schema: JsonSchema): TypeSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return scalarSchema('intOrString');
  if (schema.type === 'array') {
    return listSchema(schemaOf(schema.items ?? {}), {
      listType: listTypeOf(schema),
      listKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    });
  }
  const scalar = scalarOf[schema.type ?? ''];
  if (scalar !== undefined) return scalarSchema(scalar);
  if (schema.type !== 'object' && schema.properties === undefined) return anySchema;
  const values = additionalSchema(schema);
  if (schema.properties === undefined && values !== undefined) {
    return mapSchema(schemaOf(values), schema['x-kubernetes-map-type'] === 'atomic');
  }
  return structOf(schema, false);
}

function listTypeOf(schema: JsonSchema): TypeSchema['listType'] {
  const type = schema['x-kubernetes-list-type'];
  return type === 'map' || type === 'set' ? type : 'atomic';
}

function structOf(schema: JsonSchema, root: boolean): TypeSchema {
  const embedded = root || schema['x-kubernetes-embedded-resource'] === true;
  const fields = lazy(() => fieldsOf(schema, embedded));
  const values = additionalSchema(schema);
  return {
    ...anySchema,
    form: 'struct',
    get fields() {
      return fields();
    },
    values: values === undefined ? undefined : schemaOf(values),
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    preserveUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded,
    nullable: false,
  };
}

const text = scalarSchema('string');

function fieldsOf(schema: JsonSchema, embedded: boolean): ReadonlyMap<string, TypeField> {
  const fields = new Map<string, TypeField>();
  const add = (name: string, inner: TypeSchema, defaultValue?: unknown): void => {
    const required = schema.required?.includes(name) === true;
    fields.set(name, {
      name,
      schema: inner,
      required,
      always: false,
      pointer: true,
      defaultValue,
    });
  };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    add(name, schemaOf(property), property.default);
  }
  if (embedded) {
    add('apiVersion', text);
    add('kind', text);
    add('metadata', namedType('meta/v1.ObjectMeta'));
  }
  return fields;
}
