import { invalid, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { setField } from '../resource/blank.ts';

/** The shape of a Go type that JSON is decoded into. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: 'string' }
  | Struct;

export interface Struct {
  readonly struct: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

interface Place {
  readonly struct: string;
  readonly path: readonly string[];
}

/**
 * Decodes data as Go's encoding/json does with unknown fields refused: field names in any case, nulls
 * as nothing given, and its texts for what does not fit.
 */
export function goDecode(shape: Struct, value: unknown): JsonRecord {
  return decode(shape, value, { struct: '', path: [] }) as JsonRecord;
}

function decode(shape: Shape, value: unknown, place: Place): unknown {
  if (value === null || value === undefined || shape === 'any') return value ?? undefined;
  if (typeof shape === 'string') return scalar(shape, value, place);
  if ('list' in shape) {
    if (!Array.isArray(value)) throw misfit(value, typeName(shape), place);
    return value.map((each) => decode(shape.list, each, place) ?? zeroOf(shape.list));
  }
  if (!isRecord(value)) throw misfit(value, typeName(shape), place);
  return 'map' in shape ? textMap(value, place) : struct(shape, value, place);
}

function textMap(value: JsonRecord, place: Place): JsonRecord {
  const out: JsonRecord = {};
  for (const [key, each] of Object.entries(value)) {
    setField(out, key, decode('string', each, place) ?? '');
  }
  return out;
}

function struct(shape: Struct, value: JsonRecord, place: Place): JsonRecord {
  const out: JsonRecord = {};
  const byLowerCase = new Map(Object.keys(shape.fields).map((name) => [name.toLowerCase(), name]));
  for (const key of Object.keys(value).toSorted()) {
    const name = Object.hasOwn(shape.fields, key) ? key : byLowerCase.get(key.toLowerCase());
    const field = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || field === undefined) {
      throw invalid(`json: unknown field ${JSON.stringify(key)}`);
    }
    const inner = { struct: shape.struct, path: [...place.path, name] };
    const decoded = decode(field, value[key], inner);
    if (decoded !== undefined) setField(out, name, decoded);
  }
  return out;
}

function scalar(shape: 'string' | 'bool' | 'int', value: unknown, place: Place): unknown {
  const type = { string: 'string', bool: 'boolean', int: 'number' }[shape];
  if (typeof value === type && (shape !== 'int' || Number.isInteger(value))) return value;
  throw misfit(value, typeName(shape), place);
}

function zeroOf(shape: Shape): unknown {
  if (shape === 'string') return '';
  if (shape === 'int') return 0;
  if (shape === 'bool') return false;
  return typeof shape === 'object' && 'struct' in shape ? {} : undefined;
}

function typeName(shape: Shape): string {
  if (shape === 'int') return 'int64';
  if (typeof shape === 'string') return shape;
  if ('list' in shape) return `[]${typeName(shape.list)}`;
  return 'map' in shape ? 'map[string]string' : `types.${shape.struct}`;
}

function misfit(value: unknown, type: string, { struct: name, path }: Place): Error {
  const field = path.length === 0 ? 'value' : `struct field ${name}.${path.join('.')}`;
  return invalid(
    `json: cannot unmarshal ${jsonKind(value, type)} into Go ${field} of type ${type}`,
  );
}

function jsonKind(value: unknown, type: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return type === 'int64' ? `number ${value}` : 'number';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
