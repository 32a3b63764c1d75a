import type { Environment } from '@marcbachmann/cel-js';
import { isRecord } from '../../../base/index.ts';
import { additionalSchema, type JsonSchema } from '../custom/json-schema.ts';
import { deepEqual } from '../equal.ts';
import { intOrString, scalarType, type CelType } from './cel-scalar.ts';
import { escapedName } from './escape.ts';

/**
 * Declares the types of a schema and everything below it. Undefined: rules cannot reach such values
 * (fields that are kept without being described).
 */
export function declareType(
  environment: Environment,
  schema: JsonSchema,
  place: { readonly name: string; readonly root?: boolean },
): CelType | undefined {
  const type = plainType(environment, schema, place);
  if (!type || schema.nullable !== true) return type;
  return { name: 'dyn', of: (value) => (value === null ? null : type.of(value)) };
}

function plainType(
  environment: Environment,
  schema: JsonSchema,
  place: { readonly name: string; readonly root?: boolean },
): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString;
  if (schema.type === 'object') return objectType(environment, schema, place);
  if (schema.type !== 'array') return scalarType(schema);
  const items =
    schema.items && declareType(environment, schema.items, { name: `${place.name}.items` });
  return items && listType(items);
}

function objectType(
  environment: Environment,
  schema: JsonSchema,
  { name, root = false }: { readonly name: string; readonly root?: boolean },
): CelType | undefined {
  const values = schema.properties === undefined ? additionalSchema(schema) : undefined;
  if (values !== undefined) {
    const inner = declareType(environment, values, { name: `${name}.values` });
    return inner && mapType(inner);
  }
  if (root || schema['x-kubernetes-embedded-resource'] === true)
    return messageType(environment, asResource(schema), name);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.properties === undefined && isOpen) return undefined;
  return messageType(environment, schema, name);
}

function listType(items: CelType): CelType {
  return {
    name: `list<${items.name}>`,
    of: (value) => (Array.isArray(value) ? value.map((item) => items.of(item)) : value),
  };
}

function mapType(inner: CelType): CelType {
  return {
    name: `map<string, ${inner.name}>`,
    of: (value) =>
      isRecord(value)
        ? new Map(Object.entries(value).map(([key, each]) => [key, inner.of(each)]))
        : value,
  };
}

const text = { type: 'string' } as const;
const metadata: JsonSchema = { type: 'object', properties: { name: text, generateName: text } };

/** Every object has a kind, a version and a name, described or not. */
function asResource(schema: JsonSchema): JsonSchema {
  const properties = { ...schema.properties, apiVersion: text, kind: text, metadata };
  return { ...schema, properties };
}

function messageType(environment: Environment, schema: JsonSchema, name: string): CelType {
  const Message = class {};
  const fields: Record<string, string> = {};
  const inner = new Map<string, { readonly escaped: string; readonly type: CelType }>();
  for (const [property, of] of Object.entries(schema.properties ?? {})) {
    const escaped = escapedName(property);
    const type =
      escaped === undefined
        ? undefined
        : declareType(environment, of, { name: `${name}.${escaped}` });
    if (escaped === undefined || !type) continue;
    fields[escaped] = type.name;
    inner.set(property, { escaped, type });
  }
  environment.registerType(name, { ctor: Message, fields });
  environment.registerOperator(`${name} == ${name}`, sameMessage);
  return {
    name,
    of(value) {
      if (!isRecord(value)) return value;
      const message = new Message() as Record<string, unknown>;
      for (const [property, { escaped, type }] of inner)
        if (value[property] !== undefined) message[escaped] = type.of(value[property]);
      return rememberSource(message, value);
    },
  };
}

const sources = new WeakMap<object, unknown>();

function rememberSource<T extends object>(message: T, source: unknown): T {
  sources.set(message, source);
  return message;
}

/** Objects are equal when what they were made of is. */
function sameMessage(left: object, right: object): boolean {
  return deepEqual(sources.get(left), sources.get(right));
}
