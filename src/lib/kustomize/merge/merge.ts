import { invalid, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { typeOf } from '../../schema/index.ts';
import type { TypeSchema } from '../../schema/index.ts';
import { resolveScalar } from '../read/resolve-scalar.ts';
import { isBlank, setField } from '../resource/blank.ts';
import { scalarText } from '../resource/scalar-text.ts';
import { expectKind } from './expect-kind.ts';
import { mergeKeyed } from './merge-keyed.ts';
import { listDirective, mapDirective } from './patch-directive.ts';

export type Schema = TypeSchema | undefined;

/** The two values a merge has before it, and what the type says of the place. */
export interface Merge {
  readonly into: unknown;
  readonly patch: unknown;
  readonly schema: Schema;
  /** Whether the null in `into` was written as nothing, which a patch drops. */
  readonly blank?: boolean;
}

/**
 * Lays a patch over a value, as kustomize does: like a strategic merge, but new items of keyed lists
 * come first, nulls that are written out stay, and lists without merge keys are replaced. Works in
 * place and returns the result, undefined when the value goes. `undefined` stands for a missing value.
 */
export function merge(at: Merge): unknown {
  const schema = at.schema ?? ownSchema(at.into) ?? ownSchema(at.patch);
  const place = { ...at, schema };
  const first = at.into ?? at.patch ?? undefined;
  if (first === undefined) return mergeNothing(place);
  if (Array.isArray(first)) return mergeLists(place);
  return isRecord(first) ? mergeMaps(place) : mergeScalars(place);
}

/** An object inside an object brings its own type. */
function ownSchema(value: unknown): Schema {
  if (!isRecord(value)) return undefined;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  return typeOf(apiVersion, kind);
}

function mergeNothing({ into, patch, blank }: Merge): unknown {
  return patch === undefined && into === null && blank !== true ? null : undefined;
}

function mergeScalars({ into, patch }: Merge): unknown {
  expectKind('ScalarNode', into, patch);
  if (patch === undefined) return into ?? undefined;
  return isQuoted(into) ? inQuotes(patch) : (patch ?? undefined);
}

/** A text that would mean something else without quotes was in quotes, and a patch keeps them. */
function isQuoted(value: unknown): boolean {
  return typeof value === 'string' && typeof resolveScalar(value) !== 'string';
}

function inQuotes(value: unknown): unknown {
  return value === null || value === undefined ? undefined : scalarText(value);
}

function mergeMaps({ into, patch, schema }: Merge): unknown {
  expectKind('MappingNode', into, patch);
  const given = isRecord(patch) ? patch : undefined;
  if (patch === null && isRecord(into)) return undefined;
  const directive = given === undefined ? 'merge' : mapDirective(given);
  if (directive === 'delete') return undefined;
  const dest = isRecord(into) && directive === 'merge' ? into : given;
  if (dest === undefined) return undefined;
  mergeFields(dest, given, schema);
  return dest;
}

function mergeFields(dest: JsonRecord, patch: JsonRecord | undefined, schema: Schema): void {
  const names = new Set([...Object.keys(dest), ...Object.keys(patch ?? {})]);
  for (const name of [...names].toSorted()) {
    const value = merge({
      into: own(dest, name),
      patch: patch === undefined ? undefined : own(patch, name),
      schema: fieldSchema(schema, name),
      blank: isBlank(dest, name),
    });
    if (value === undefined) Reflect.deleteProperty(dest, name);
    else setField(dest, name, value);
  }
}

function own(map: JsonRecord, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function fieldSchema(schema: Schema, name: string): Schema {
  const found = schema?.fields.get(name)?.schema;
  if (found !== undefined || schema === undefined) return found;
  return schema.form === 'list' ? undefined : schema.values;
}

function mergeLists({ into, patch, schema }: Merge): unknown {
  expectKind('SequenceNode', into, patch);
  if (patch === null) return undefined;
  if (!isKeyed(schema)) return patch === undefined ? into : patch;
  const given = Array.isArray(patch) ? patch : undefined;
  if (!Array.isArray(into)) return mergeKeyed({ dest: given!, patch: given, schema });
  const directive = given === undefined ? 'merge' : listDirective(given);
  if (directive === 'delete') return undefined;
  const dest = directive === 'replace' ? given! : into;
  return mergeKeyed({ dest, patch: given, schema });
}

function isKeyed(schema: Schema): schema is TypeSchema {
  return schema?.patchStrategy.includes('merge') === true;
}

/** Merges a patch object into an object; undefined when the patch deletes it. */
export function mergeObject(object: JsonRecord, patch: JsonRecord): JsonRecord | undefined {
  const merged = merge({ into: object, patch, schema: undefined });
  if (merged === undefined) return undefined;
  if (!isRecord(merged)) throw invalid('a patch must leave an object');
  return merged;
}
