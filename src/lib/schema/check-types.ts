import { isRecord, messageOf } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';
import { parseQuantity } from './quantity.ts';
import { canonicalTime } from './time.ts';
import type { TypeSchema } from './type-schema.ts';

/**
 * Type errors in the words of Go's decoder, empty when there are none; any is a 400 that begins with
 * `K in version "v" cannot be handled as a K: `. Only the first is reported, as there.
 */
export function typeErrors(type: TypeSchema, object: JsonRecord): string[] {
  const first = structError(type, object, '');
  return first === undefined ? [] : [first];
}

/** Where a value stands: the Go struct that holds it and its dotted path, without list indexes. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

function structError(schema: TypeSchema, object: JsonRecord, path: string): string | undefined {
  const struct = shortName(schema).replace(/^\w+\./, '');
  for (const [name, value] of Object.entries(object)) {
    const field = schema.fields.get(name);
    if (field === undefined) continue;
    const at = path === '' ? name : `${path}.${name}`;
    const found = valueError(field.schema, value, { struct, path: at });
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueError(schema: TypeSchema, value: unknown, place: Place): string | undefined {
  if (value === null || value === undefined || schema.form === 'any') return undefined;
  if (schema.form === 'scalar') return scalarError(schema, value, place);
  if (schema.form === 'list') {
    if (!Array.isArray(value)) return mismatch(value, schema, place);
    return firstOf(value, (item) => valueError(schema.values ?? schema, item, place));
  }
  if (!isRecord(value)) return mismatch(value, schema, place);
  if (schema.form === 'struct') return structError(schema, value, place.path);
  return firstOf(Object.values(value), (item) => valueError(schema.values ?? schema, item, place));
}

function firstOf<T>(
  items: readonly T[],
  check: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

type ScalarCheck = (schema: TypeSchema, value: unknown, place: Place) => string | undefined;

const integer: ScalarCheck = (schema, value, place) =>
  Number.isInteger(value) ? undefined : mismatch(value, schema, place);
const ofType =
  (type: string): ScalarCheck =>
  (schema, value, place) =>
    typeof value === type ? undefined : mismatch(value, schema, place);

const scalarChecks: Readonly<Partial<Record<string, ScalarCheck>>> = {
  string: stringError,
  bytes: stringError,
  duration: stringError,
  int32: integer,
  int64: integer,
  float: ofType('number'),
  bool: ofType('boolean'),
  intOrString: (_schema, value) =>
    typeof value === 'string' || Number.isInteger(value)
      ? undefined
      : `json: cannot unmarshal ${kindOf(value)} into Go value of type int32`,
  quantity: (_schema, value) => readError(value, parseQuantity),
  time: (_schema, value) => readError(value, canonicalTime),
  microTime: (_schema, value) => readError(value, canonicalTime),
};

function scalarError(schema: TypeSchema, value: unknown, place: Place): string | undefined {
  return scalarChecks[schema.scalar ?? '']?.(schema, value, place);
}

function stringError(schema: TypeSchema, value: unknown, place: Place): string | undefined {
  if (typeof value !== 'string') return mismatch(value, schema, place);
  if (schema.scalar !== 'bytes') return undefined;
  const bad = badBase64At(value);
  return bad === undefined ? undefined : `illegal base64 data at input byte ${bad}`;
}

/** The offset Go's decoder would name; newlines are skipped. */
function badBase64At(text: string): number | undefined {
  const bad = /[^A-Za-z0-9+/=\r\n]/.exec(text)?.index;
  if (bad !== undefined) return bad;
  const clean = text.replaceAll(/[\r\n]/g, '');
  const padding = clean.indexOf('=');
  if (padding >= 0 && !/^={1,2}$/.test(clean.slice(padding))) return padding;
  return clean.length % 4 === 0 ? undefined : clean.length - (clean.length % 4);
}

function readError<T>(value: unknown, read: (text: string) => T): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return `json: cannot unmarshal ${kindOf(value)} into Go value of type string`;
  }
  try {
    read(String(value));
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function mismatch(value: unknown, schema: TypeSchema, place: Place): string {
  const kind =
    typeof value === 'number' && goType(schema).startsWith('int')
      ? `number ${value}`
      : kindOf(value);
  return `json: cannot unmarshal ${kind} into Go struct field ${place.struct}.${place.path} of type ${goType(schema)}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isRecord(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goType(schema: TypeSchema): string {
  if (schema.form === 'list') return `[]${goType(schema.values ?? schema)}`;
  if (schema.form === 'map') return `map[string]${goType(schema.values ?? schema)}`;
  if (schema.form === 'struct') return shortName(schema);
  const { scalar } = schema;
  if (scalar === 'bytes') return '[]uint8';
  return scalar === 'float' ? 'float64' : (scalar ?? 'interface {}');
}

/** `v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
function shortName(schema: TypeSchema): string {
  return schema.name?.split('.').slice(-2).join('.') ?? 'map[string]interface {}';
}
