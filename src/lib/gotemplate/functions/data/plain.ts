import { GoError } from '../../template-error.ts';
import {
  checkNesting,
  GoComplex,
  GoNumber,
  HostObject,
  isMap,
  isTypedNil,
} from '../../value/index.ts';

function plainHost({ type, value }: HostObject, depth: number): unknown {
  if (value === null) return null;
  if (type.json !== undefined) return plain(type.json(value as never), depth);
  const out: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(type.fields)) {
    if (/^\p{Lu}/u.test(name)) out[name] = plain(read(value as never), depth);
  }
  return out;
}

function plainMap(map: Record<string, unknown>, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(map)) {
    const value = plain(map[key], depth);
    if (key === '__proto__') {
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true });
    } else out[key] = value;
  }
  return out;
}

function plainObject(value: object, depth: number): unknown {
  checkNesting(depth);
  if (value instanceof GoNumber) return value.value;
  if (value instanceof HostObject) return plainHost(value, depth + 1);
  if (value instanceof GoComplex) {
    throw new GoError('error marshaling into JSON: json: unsupported type: complex128');
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (isTypedNil(value)) return null;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Map) return plainMap(Object.fromEntries(value), depth + 1);
  return isMap(value) ? plainMap(value, depth + 1) : null;
}

/** A Go value as JSON-like data: numbers, bigints, strings, lists and maps. */
export function toPlain(value: unknown): unknown {
  return plain(value, 0);
}

function plain(value: unknown, depth: number): unknown {
  return typeof value === 'object' && value !== null ? plainObject(value, depth) : (value ?? null);
}
