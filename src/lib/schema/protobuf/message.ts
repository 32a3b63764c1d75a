import { invalid, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { namedType } from '../built-in.ts';
import { canonicalize } from '../canonical.ts';
import { compactType } from '../compact-table.ts';
import type { CompactField } from '../compact-table.ts';
import { durationText } from './duration.ts';
import { bytesOf, packedVarints, signed, textOf, wireFields } from './wire.ts';
import type { WireField } from './wire.ts';

/** Schemas of schemas may nest; no real one comes near this. */
const maxDepth = 100;

/** The JSON of one message of a table type. */
export function decodeMessage(name: string, bytes: Uint8Array, depth = 0): JsonRecord {
  if (depth > maxDepth) throw invalid(`protobuf: ${name} is nested too deeply`);
  const byNumber = fieldsOf(name);
  const result: JsonRecord = {};
  for (const field of wireFields(bytes)) {
    const row = byNumber.get(field.number);
    if (row !== undefined) addField(result, row, { field, depth: depth + 1 });
  }
  return result;
}

const tables = new Map<string, ReadonlyMap<number, CompactField>>();

/** Fields by number; structs that Go embeds without a number of their own are spread in. */
function fieldsOf(name: string): ReadonlyMap<number, CompactField> {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const rows = (compactType(name)?.f ?? []).filter((row) => row[2] > 0);
  const made = new Map(rows.map((row) => [row[2], row] as const));
  tables.set(name, made);
  return made;
}

interface Source {
  readonly field: WireField;
  readonly depth: number;
}

function addField(result: JsonRecord, row: CompactField, source: Source): void {
  const [name, type, , flags] = row;
  if (flags.includes('i')) {
    Object.assign(result, decodeMessage(type, bytesOf(source.field), source.depth));
  } else if (type.startsWith('[]')) {
    const list = (result[name] ??= []) as unknown[];
    list.push(...listItems(type.slice(2), source));
  } else if (type.startsWith('{}')) {
    const map = (result[name] ??= {}) as JsonRecord;
    const [key, value] = mapEntry(type.slice(2), source);
    map[key] = value;
  } else {
    result[name] = decodeValue(type, source);
  }
}

const integers: ReadonlySet<string> = new Set(['int32', 'int64']);

/** Numbers may come packed, several in one field. */
function listItems(type: string, source: Source): unknown[] {
  const { bytes } = source.field;
  if (integers.has(type) && bytes !== undefined) return packedVarints(bytes).map(signed);
  return [decodeValue(type, source)];
}

function mapEntry(type: string, { field, depth }: Source): [string, unknown] {
  let [key, value]: [string, unknown] = ['', undefined];
  for (const inner of wireFields(bytesOf(field))) {
    if (inner.number === 1) key = textOf(bytesOf(inner));
    if (inner.number === 2) value = decodeValue(type, { field: inner, depth });
  }
  return [
    key,
    value ?? decodeValue(type, { field: { number: 2, varint: 0n, bytes: undefined }, depth }),
  ];
}

type Decode = (source: Source) => unknown;

const scalars: Readonly<Record<string, Decode>> = {
  string: ({ field }) => textOf(bytesOf(field)),
  int32: ({ field }) => signed(field.varint),
  int64: ({ field }) => signed(field.varint),
  bool: ({ field }) => field.varint !== 0n,
  float: ({ field }) => floatOf(field),
  bytes: ({ field }) => Buffer.from(bytesOf(field)).toString('base64'),
  quantity: ({ field }) => textOf(part(field, 1)?.bytes ?? new Uint8Array()) || '0',
  intOrString: ({ field }) => intOrString(field),
  time: ({ field }) => moment(field)?.seconds,
  microTime: ({ field }) => moment(field)?.micros,
  duration: ({ field }) => durationText(part(field, 1)?.varint ?? 0n),
  raw: ({ field }) => json(part(field, 1)?.bytes),
  empty: () => ({}),
  'items:string': ({ field }) => texts(field, 1),
};

function decodeValue(type: string, source: Source): unknown {
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar(source);
  if (type.startsWith('schemaOr')) return schemaUnion(type, source);
  return decodeMessage(type, bytesOf(source.field), source.depth);
}

/** The last field of this number in the message. */
function part(message: WireField, number: number): WireField | undefined {
  return [...wireFields(bytesOf(message))].findLast((field) => field.number === number);
}

function texts(message: WireField, number: number): string[] {
  return [...wireFields(bytesOf(message))]
    .filter((field) => field.number === number)
    .map((field) => textOf(bytesOf(field)));
}

function floatOf(field: WireField): number {
  const bytes = bytesOf(field);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 8) return view.getFloat64(0, true);
  return bytes.length === 4 ? view.getFloat32(0, true) : 0;
}

/** IntOrString{1: type (0 int, 1 string), 2: int, 3: string} */
function intOrString(message: WireField): unknown {
  const isText = (part(message, 1)?.varint ?? 0n) === 1n;
  if (isText) return textOf(part(message, 3)?.bytes ?? new Uint8Array());
  return signed(BigInt.asUintN(64, part(message, 2)?.varint ?? 0n)) | 0;
}

/** The years that RFC 3339 can write. */
const maxSeconds = 253_402_300_799;

/** Time{1: seconds, 2: nanos}; an empty message is no time. */
function moment(message: WireField): { seconds: string; micros: string } | undefined {
  if (bytesOf(message).length === 0) return undefined;
  const seconds = signed(part(message, 1)?.varint ?? 0n);
  const nanos = Number(part(message, 2)?.varint ?? 0n);
  if (Math.abs(seconds) > maxSeconds) throw invalid('protobuf: a time is out of range');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = String(Math.floor(nanos / 1000)).padStart(6, '0');
  return { seconds: `${text}Z`, micros: `${text}.${micros}Z` };
}

function json(bytes: Uint8Array | undefined): unknown {
  return bytes === undefined || bytes.length === 0 ? undefined : embeddedJson(bytes);
}

/** JSON that stands as bytes in a message. Throws KnownError('invalid'). */
export function embeddedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (thrown) {
    throw invalid(`protobuf: an embedded object is not JSON: ${messageOf(thrown)}`);
  }
}

/**
 * `schemaOrArray:T`, `schemaOrBool:T`, `schemaOrStringArray:T`: one of two forms in JSON. Such a place takes
 * any value, so the zero values in it are dropped here.
 */
function schemaUnion(type: string, { field, depth }: Source): unknown {
  const [union, schema = ''] = type.split(':');
  const decode = (inner: WireField): JsonRecord =>
    canonicalize(namedType(schema), decodeMessage(schema, bytesOf(inner), depth));
  const [first, second] = [part(field, 1), part(field, 2)];
  if (union === 'schemaOrBool') {
    return second === undefined ? (first?.varint ?? 0n) !== 0n : decode(second);
  }
  if (first !== undefined) return decode(first);
  if (union === 'schemaOrStringArray') return texts(field, 2);
  return [...wireFields(bytesOf(field))].filter((inner) => inner.number === 2).map(decode);
}
