import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { namedType } from '../built-in.ts';
import { canonicalize } from '../canonical.ts';
import { asJsonSchema, propertySchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const always: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Drops fields the openAPIV3Schema does not declare; what is under
 * `x-kubernetes-preserve-unknown-fields` stays, and so do apiVersion, kind and metadata of the object
 * and of embedded ones (metadata in its canonical form). Without a schema nothing else is dropped.
 * Returns a new object.
 */
export function pruneBySchema(openAPIV3Schema: unknown, object: JsonRecord): JsonRecord {
  const schema = asJsonSchema(openAPIV3Schema) ?? { 'x-kubernetes-preserve-unknown-fields': true };
  return pruneRecord({ ...schema, 'x-kubernetes-embedded-resource': true }, object);
}

function prune(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => prune(items, item));
  }
  return isRecord(value) ? pruneRecord(schema, value) : value;
}

function pruneRecord(schema: JsonSchema, object: JsonRecord): JsonRecord {
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const keep = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const result: JsonRecord = {};
  for (const [name, value] of Object.entries(object)) {
    const inner = propertySchema(schema, name);
    if (value === undefined) continue;
    if (embedded && always.has(name)) result[name] = objectHead(name, value);
    else if (inner !== undefined) result[name] = prune(inner, value);
    else if (keep) result[name] = value;
  }
  return result;
}

function objectHead(name: string, value: unknown): unknown {
  return name === 'metadata' && isRecord(value)
    ? canonicalize(namedType('meta/v1.ObjectMeta'), value)
    : value;
}
