import type { ApiRequest } from './api-request.ts';
import { KnownError, isRecord, messageOf, type JsonRecord } from '../../../base/index.ts';
import { decodeProtobuf } from '../../../lib/schema/index.ts';
import { parse } from '../../../lib/yaml/index.ts';
import { parseJson } from '../parse-json.ts';
import { duplicateKeys, maxDepth } from './duplicate-keys.ts';
import { badRequest, tooLarge, unsupportedMediaType } from './status-error.ts';

/** A request's body, read and decoded. */
export interface Body {
  readonly value: unknown;
  /** Members named twice. */
  readonly duplicates: readonly string[];
}

const limit = 3 * 1024 * 1024;
const protobufMagic = Buffer.from('k8s\0');

/** The media type of a request without its parameters; empty when none was sent. */
export function mediaTypeOf(request: ApiRequest): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}

/** All bytes of a body; 413 beyond 3 MiB. */
export async function readBytes(request: ApiRequest): Promise<Buffer> {
  if (request.body === null) return Buffer.alloc(0);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * An object sent as JSON, YAML or protobuf; no Content-Type is taken for JSON. `wanted` is the kind that
 * complaints name.
 */
export async function readBody(request: ApiRequest, wanted = 'Object'): Promise<Body> {
  const type = mediaTypeOf(request);
  const bytes = await readBytes(request);
  if (type === 'application/vnd.kubernetes.protobuf') return protobufBody(bytes);
  if (type === 'application/yaml') return yamlBody(bytes.toString('utf8'));
  if (type === '' || type === 'application/json' || type.endsWith('+json'))
    return jsonBody(bytes.toString('utf8'), wanted);
  throw unsupportedMediaType();
}

/** Reads JSON text. */
export function jsonBody(text: string, wanted = 'Object'): Body {
  if (text.trim() === '') return { value: undefined, duplicates: [] };
  try {
    return { value: parseJson(text), duplicates: duplicateKeys(text) };
  } catch (thrown) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${wanted}): couldn't get version/kind; ` +
        `json parse error: ${messageOf(thrown)} (${beginning(text)})`,
    );
  }
}

/** What was sent instead: its first bytes, as text when it looks like JSON. */
function beginning(text: string): string {
  const bytes = Buffer.from(text);
  const first = bytes.subarray(0, 30);
  return `${text.startsWith('{') ? first.toString() : first.toString('hex')}${bytes.length > 30 ? ' ...' : ''}`;
}

/** Reads YAML (or JSON) text, as apply patches are sent. */
export function yamlBody(text: string): Body {
  try {
    return { value: parse(text), duplicates: [] };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw badRequest(`error decoding YAML: ${thrown.message}`);
  }
}

/** Refuses what would cost those who walk through it their stack; looked at level by level. (YAML sees to itself.) */
function notTooDeep(value: unknown): unknown {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw new KnownError('invalid', 'exceeded max depth');
    level = level.flatMap((each) => (isHolder(each) ? Object.values(each).filter(isHolder) : []));
  }
  return value;
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function protobufBody(bytes: Buffer): Body {
  if (bytes.length === 0) return { value: undefined, duplicates: [] };
  if (!bytes.subarray(0, 4).equals(protobufMagic))
    throw badRequest('the body is not in the format application/vnd.kubernetes.protobuf');
  try {
    return { value: notTooDeep(decodeProtobuf(bytes)), duplicates: [] };
  } catch (thrown) {
    throw badRequest(`the protobuf body cannot be decoded: ${messageOf(thrown)}`);
  }
}

/** The value as an object; 400 when it is anything else. */
export function objectBody(body: Body, wanted: string): JsonRecord {
  if (isRecord(body.value)) return body.value;
  const why = body.value === undefined ? 'the body is empty' : 'it is not an object';
  throw badRequest(`the object provided is unrecognized (must be of type ${wanted}): ${why}`);
}
