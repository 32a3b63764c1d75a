import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { ProtoWriter } from './proto-writer.ts';

/** How a field of the JSON document is written: its number, and what it is. */
type FieldKind =
  | 'text'
  | 'bool'
  | 'int'
  | 'double'
  /** A value of any kind, as YAML text (JSON is YAML). */
  | 'any'
  | 'texts'
  | 'anys'
  /** Another message, or a list of them. */
  | { readonly message: string }
  | { readonly messages: string }
  /** A map, which gnostic writes as pairs of name and message. */
  | { readonly pairs: string; readonly number: number };

interface Shape {
  readonly fields: Readonly<Record<string, readonly [number, FieldKind]>>;
  /** Where `x-…` go. */
  readonly extensions?: number;
}

const message = (name: string): FieldKind => ({ message: name });
const messages = (name: string): FieldKind => ({ messages: name });
const pairs = (name: string, number: number): FieldKind => ({ pairs: name, number });

/** Query and path parameters share these fields; their numbers differ by `shift`. */
const parameter = (shift: number): Shape['fields'] => ({
  required: [1, 'bool'],
  in: [2, 'text'],
  description: [3, 'text'],
  name: [4, 'text'],
  type: [5 + shift, 'text'],
  format: [6 + shift, 'text'],
  uniqueItems: [19 + shift, 'bool'],
});

/** The messages of gnostic's openapi.v2, as far as our documents use them. */
const shapes: Readonly<Record<string, Shape>> = {
  Document: {
    fields: {
      swagger: [1, 'text'],
      info: [2, message('Info')],
      paths: [8, pairs('PathItem', 2)],
      definitions: [9, pairs('Schema', 1)],
    },
    extensions: 16,
  },
  Info: { fields: { title: [1, 'text'], version: [2, 'text'] } },
  PathItem: {
    fields: {
      get: [2, message('Operation')],
      put: [3, message('Operation')],
      post: [4, message('Operation')],
      delete: [5, message('Operation')],
      patch: [8, message('Operation')],
      parameters: [9, messages('ParametersItem')],
    },
  },
  Operation: {
    fields: {
      description: [3, 'text'],
      operationId: [5, 'text'],
      produces: [6, 'texts'],
      consumes: [7, 'texts'],
      parameters: [8, messages('ParametersItem')],
      responses: [9, pairs('ResponseValue', 1)],
    },
    extensions: 13,
  },
  BodyParameter: {
    fields: {
      description: [1, 'text'],
      name: [2, 'text'],
      in: [3, 'text'],
      required: [4, 'bool'],
      schema: [5, message('Schema')],
    },
  },
  QueryParameter: { fields: parameter(1) },
  PathParameter: { fields: parameter(0) },
  Response: { fields: { description: [1, 'text'], schema: [2, message('SchemaItem')] } },
  Schema: {
    fields: {
      $ref: [1, 'text'],
      format: [2, 'text'],
      title: [3, 'text'],
      description: [4, 'text'],
      default: [5, 'any'],
      multipleOf: [6, 'double'],
      maximum: [7, 'double'],
      exclusiveMaximum: [8, 'bool'],
      minimum: [9, 'double'],
      exclusiveMinimum: [10, 'bool'],
      maxLength: [11, 'int'],
      minLength: [12, 'int'],
      pattern: [13, 'text'],
      maxItems: [14, 'int'],
      minItems: [15, 'int'],
      uniqueItems: [16, 'bool'],
      maxProperties: [17, 'int'],
      minProperties: [18, 'int'],
      required: [19, 'texts'],
      enum: [20, 'anys'],
      additionalProperties: [21, message('AdditionalProperties')],
      type: [22, message('TypeItem')],
      items: [23, message('ItemsItem')],
      allOf: [24, messages('Schema')],
      properties: [25, pairs('Schema', 1)],
      example: [30, 'any'],
    },
    extensions: 31,
  },
};

/** Messages whose JSON is not a plain object of their fields. */
const wrapped: Readonly<Record<string, (value: unknown, writer: ProtoWriter) => void>> = {
  TypeItem: (value, writer) => writer.text(1, String(value)),
  ItemsItem: (value, writer) => writer.bytes(1, encode('Schema', value)),
  SchemaItem: (value, writer) => writer.bytes(1, encode('Schema', value)),
  AdditionalProperties(value, writer) {
    if (typeof value === 'boolean') writer.varint(2, value ? 1 : 0);
    else writer.bytes(1, encode('Schema', value));
  },
  // Response and Parameter are one arm of a union each; the other is a reference, which we do not write.
  ResponseValue: (value, writer) => writer.bytes(1, encode('Response', value)),
  ParametersItem: (value, writer) => writer.bytes(1, encode('Parameter', value)),
  Parameter(value, writer) {
    const place = isRecord(value) ? value['in'] : undefined;
    if (place === 'body') {
      writer.bytes(1, encode('BodyParameter', value));
      return;
    }
    const inner = new ProtoWriter();
    if (place === 'path') inner.bytes(4, encode('PathParameter', value));
    else inner.bytes(3, encode('QueryParameter', value));
    writer.bytes(2, inner.finish());
  },
};

/**
 * A part of an OpenAPI v2 document as gnostic's openapi.v2.Document. Messages that stand one after the
 * other merge, so a document may be written in parts.
 */
export function encodeDocument(part: JsonRecord): Uint8Array {
  return encode('Document', part);
}

function encode(name: string, value: unknown): Uint8Array {
  const writer = new ProtoWriter();
  const special = wrapped[name];
  if (special !== undefined) special(value, writer);
  else if (isRecord(value)) encodeFields(shapes[name]!, value, writer);
  return writer.finish();
}

function encodeFields(shape: Shape, value: JsonRecord, writer: ProtoWriter): void {
  for (const [key, inner] of Object.entries(value)) {
    const field = shape.fields[key];
    if (inner === undefined) continue;
    if (field !== undefined) writeField(writer, field, inner);
    else if (shape.extensions !== undefined && key.startsWith('x-')) {
      writer.bytes(shape.extensions, namedAny(key, inner));
    }
  }
}

function writeField(
  writer: ProtoWriter,
  [number, kind]: readonly [number, FieldKind],
  value: unknown,
): void {
  if (typeof kind === 'string') {
    scalarWriters[kind](writer, number, value);
  } else if ('message' in kind) {
    writer.bytes(number, encode(kind.message, value));
  } else if ('messages' in kind) {
    for (const item of listOf(value)) writer.bytes(number, encode(kind.messages, item));
  } else {
    const map = new ProtoWriter();
    for (const [name, inner] of Object.entries(isRecord(value) ? value : {})) {
      const pair = new ProtoWriter();
      pair.text(1, name);
      pair.bytes(2, encode(kind.pairs, inner));
      map.bytes(kind.number, pair.finish());
    }
    writer.bytes(number, map.finish());
  }
}

type ScalarKind = Extract<FieldKind, string>;

const scalarWriters: Readonly<
  Record<ScalarKind, (writer: ProtoWriter, number: number, value: unknown) => void>
> = {
  text: (writer, number, value) => writer.text(number, String(value)),
  bool: (writer, number, value) => writer.varint(number, value === true ? 1 : 0),
  int: (writer, number, value) => writer.varint(number, Number(value)),
  double: (writer, number, value) => writer.double(number, Number(value)),
  any: (writer, number, value) => writer.bytes(number, any(value)),
  texts(writer, number, value) {
    for (const item of listOf(value)) writer.text(number, String(item));
  },
  anys(writer, number, value) {
    for (const item of listOf(value)) writer.bytes(number, any(item));
  },
};

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function any(value: unknown): Uint8Array {
  const writer = new ProtoWriter();
  writer.text(2, JSON.stringify(value));
  return writer.finish();
}

function namedAny(name: string, value: unknown): Uint8Array {
  const writer = new ProtoWriter();
  writer.text(1, name);
  writer.bytes(2, any(value));
  return writer.finish();
}
