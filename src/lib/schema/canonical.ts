import { isRecord } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';
import { canonicalMicroTime, canonicalTime } from './time.ts';
import { canonicalQuantity } from './quantity.ts';
import type { TypeField, TypeSchema } from './type-schema.ts';

/**
 * What a real server makes of a body by decoding and encoding it: unknown fields, nulls and empty
 * omitempty fields go, quantities and times take their canonical form, values Go always writes are
 * there (`resources: {}`), fields stand in declared order. Returns a new object; lists that Go would
 * write as null are left out. The value of a wrong type is kept: `typeErrors` complains about it.
 */
export function canonicalize(type: TypeSchema, object: JsonRecord): JsonRecord {
  return canonicalStruct(type, object);
}

/**
 * The same value with quantities and times in their canonical form and nothing else changed: what was
 * not given stays absent. Server-side apply compares such values, so `1000m` never conflicts with `1`.
 */
export function canonicalScalars(schema: TypeSchema, value: unknown): unknown {
  if (schema.form === 'scalar') return canonicalScalar(schema, value);
  if (Array.isArray(value)) {
    const { values } = schema;
    return values === undefined ? value : value.map((item) => canonicalScalars(values, item));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    const member = schema.fields.get(name)?.schema ?? schema.values;
    return [name, member === undefined ? inner : canonicalScalars(member, inner)] as const;
  });
  return Object.fromEntries(entries);
}

function canonicalValue(schema: TypeSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.form === 'any') return value;
  if (schema.form === 'scalar') return canonicalScalar(schema, value);
  if (schema.form === 'list') {
    if (!Array.isArray(value) || schema.values === undefined) return value;
    const items = schema.values;
    return value.map((item) => canonicalValue(items, item) ?? zeroOf(items) ?? null);
  }
  if (!isRecord(value)) return value;
  return schema.form === 'map' ? canonicalMap(schema, value) : canonicalStruct(schema, value);
}

function canonicalMap(schema: TypeSchema, map: JsonRecord): JsonRecord {
  const result: JsonRecord = {};
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined || schema.values === undefined) continue;
    result[key] = canonicalValue(schema.values, value) ?? zeroOf(schema.values) ?? null;
  }
  return result;
}

function canonicalStruct(schema: TypeSchema, object: JsonRecord): JsonRecord {
  const result: JsonRecord = {};
  for (const [name, field] of schema.fields) {
    const value = canonicalValue(field.schema, object[name]) ?? zeroWhenAlways(field);
    if (value === undefined || isOmitted(field, value)) continue;
    result[name] = value;
  }
  if (schema.preserveUnknown || schema.values !== undefined) {
    for (const [name, value] of Object.entries(object)) {
      if (!schema.fields.has(name) && value !== undefined) result[name] = value;
    }
  }
  return result;
}

function canonicalScalar(schema: TypeSchema, value: unknown): unknown {
  try {
    if (schema.scalar === 'quantity') {
      return typeof value === 'string' || typeof value === 'number'
        ? canonicalQuantity(value)
        : value;
    }
    if (typeof value !== 'string') return value;
    if (schema.scalar === 'time') return canonicalTime(value);
    if (schema.scalar === 'microTime') return canonicalMicroTime(value);
  } catch {
    // What cannot be read is kept as it came; typeErrors() reports it.
  }
  return value;
}

function zeroWhenAlways(field: TypeField): unknown {
  return field.always && !field.pointer ? zeroOf(field.schema) : undefined;
}

/** The zero value Go writes; undefined where that is null (lists, maps, times). */
function zeroOf(schema: TypeSchema): unknown {
  if (schema.form === 'struct') return canonicalStruct(schema, {});
  if (schema.form !== 'scalar') return undefined;
  if (schema.scalar === 'quantity') return '0';
  if (schema.scalar === 'string') return '';
  if (schema.scalar === 'bool') return false;
  return isNumber(schema) ? 0 : undefined;
}

function isNumber(schema: TypeSchema): boolean {
  const { scalar } = schema;
  return scalar === 'int32' || scalar === 'int64' || scalar === 'float' || scalar === 'intOrString';
}

function isOmitted(field: TypeField, value: unknown): boolean {
  // An empty list of managers is an order to stop tracking, which must reach the one who tracks.
  if (field.always || field.name === 'managedFields') return false;
  if (Array.isArray(value)) return value.length === 0;
  if (field.schema.form === 'map') return isRecord(value) && Object.keys(value).length === 0;
  if (field.pointer || field.schema.form !== 'scalar') return false;
  return value === '' || value === 0 || value === false;
}
