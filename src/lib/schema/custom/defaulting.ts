import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { additionalSchema, asJsonSchema, propertySchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * Fills the defaults of an openAPIV3Schema. A null where none is allowed is dropped first, so that it is
 * defaulted like an absent field. Returns a new object.
 */
export function defaultBySchema(openAPIV3Schema: unknown, object: JsonRecord): JsonRecord {
  const schema = asJsonSchema(openAPIV3Schema);
  return schema === undefined ? object : defaultRecord(schema, object);
}

function withDefaults(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => withDefaults(items, item));
  }
  return isRecord(value) ? defaultRecord(schema, value) : value;
}

function defaultRecord(schema: JsonSchema, object: JsonRecord): JsonRecord {
  const result: JsonRecord = {};
  for (const [name, value] of Object.entries(object)) {
    const inner = propertySchema(schema, name);
    if (value === undefined || isRefusedNull(inner, value)) continue;
    result[name] = inner === undefined ? value : withDefaults(inner, value);
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (Object.hasOwn(result, name) || inner.default === undefined) continue;
    result[name] = withDefaults(inner, structuredClone(inner.default));
  }
  return result;
}

function isRefusedNull(schema: JsonSchema | undefined, value: unknown): boolean {
  if (value !== null || schema === undefined || schema.nullable === true) return false;
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return !free || schema.type !== undefined || additionalSchema(schema) !== undefined;
}
