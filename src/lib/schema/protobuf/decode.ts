import { invalid, isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { namedType } from '../built-in.ts';
import { canonicalize } from '../canonical.ts';
import { compactType } from '../compact-table.ts';
import { decodeMessage, embeddedJson } from './message.ts';
import { bytesOf, textOf, wireFields } from './wire.ts';

/** `k8s` and a zero byte: what every Kubernetes protobuf body begins with. */
const magic = [0x6b, 0x38, 0x73, 0x00];

/**
 * The JSON of a request body in application/vnd.kubernetes.protobuf, in canonical form: the zero values
 * Go writes for absent fields are left out as its JSON would. Throws `KnownError('invalid')` when the
 * bytes cannot be read or the kind is not a built-in one.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonRecord {
  if (magic.some((byte, at) => bytes[at] !== byte)) {
    throw invalid('provided data does not appear to be a protobuf message, expected prefix k8s\\0');
  }
  const { apiVersion, kind, raw, contentType } = readEnvelope(bytes.subarray(magic.length));
  if (contentType === 'application/json') return parseJson(raw);
  const name = tableName(apiVersion, kind);
  if (name === undefined) {
    throw invalid(`no kind "${kind}" is registered for version "${apiVersion}"`);
  }
  const {
    apiVersion: _version,
    kind: _kind,
    ...object
  } = canonicalize(namedType(name), decodeMessage(name, raw));
  return { kind, apiVersion, ...object };
}

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
  contentType: string;
}

/** Unknown{1: typeMeta{1: apiVersion, 2: kind}, 2: raw, 3: contentEncoding, 4: contentType} */
function readEnvelope(bytes: Uint8Array): Envelope {
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentType: '' };
  for (const field of wireFields(bytes)) {
    if (field.number === 1) readTypeMeta(bytesOf(field), envelope);
    if (field.number === 2) envelope.raw = bytesOf(field);
    if (field.number === 4) envelope.contentType = textOf(bytesOf(field));
  }
  return envelope;
}

function readTypeMeta(bytes: Uint8Array, envelope: Envelope): void {
  for (const field of wireFields(bytes)) {
    if (field.number === 1) envelope.apiVersion = textOf(bytesOf(field));
    if (field.number === 2) envelope.kind = textOf(bytesOf(field));
  }
}

/** Options come under the group of what they are about, or v1. */
function tableName(apiVersion: string, kind: string): string | undefined {
  return [`${apiVersion}.${kind}`, `meta/v1.${kind}`].find(
    (name) => compactType(name) !== undefined,
  );
}

function parseJson(raw: Uint8Array): JsonRecord {
  const value = embeddedJson(raw);
  if (!isRecord(value)) throw invalid('the body is not an object');
  return value;
}
