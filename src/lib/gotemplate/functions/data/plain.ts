import { GoError } from '../../template-error.ts';
import { GoComplex, GoNumber, HostObject, isMap, isTypedNil } from '../../value/index.ts';

function plainHost({ type, value }: HostObject): unknown {
  if (value === null) return null;
  if (type.json !== undefined) return toPlain(type.json(value as never));
  const out: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(type.fields)) {
    if (/^\p{Lu}/u.test(name)) out[name] = toPlain(read(value as never));
  }
  return out;
}

function plainMap(map: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(map)) {
    const value = toPlain(map[key]);
    if (key === '__proto__') {
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true });
    } else out[key] = value;
  }
  return out;
}

function plainObject(value: object): unknown {
  if (value instanceof GoNumber) return value.value;
  if (value instanceof HostObject) return plainHost(value);
  if (value instanceof GoComplex) {
    throw new GoError('error marshaling into JSON: json: unsupported type: complex128');
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (isTypedNil(value)) return null;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return plainMap(Object.fromEntries(value));
  return isMap(value) ? plainMap(value) : null;
}

/** A Go value as JSON-like data: numbers, bigints, strings, lists and maps. */
export function toPlain(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? plainObject(value) : (value ?? null);
}
