import { isRecord, KnownError } from '../../../base/index.ts';
import { floatText } from './tree.ts';
import type { Node, SopsFile } from './tree.ts';

/** Reads a JSON file. Keys that look like numbers would change places in a plain object, so they are refused. */
export function readJson(text: string, file: string): SopsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KnownError('invalid', `${file}: it is no JSON`);
  }
  if (!isRecord(value)) throw new KnownError('invalid', `${file}: it is no JSON object`);
  const { sops: metadata, ...rest } = value;
  return { documents: [nodeOf(rest, file)], metadata };
}

function nodeOf(value: unknown, file: string): Node {
  if (Array.isArray(value)) {
    return { is: 'list', items: value.map((each: unknown) => nodeOf(each, file)) };
  }
  if (!isRecord(value)) return { is: 'scalar', scalar: scalarOf(value) };
  const keys = Object.keys(value);
  // JavaScript sorts such keys to the front; the code over all values goes by the order of the file.
  const numbers = keys.filter((key) => String(Number(key) >>> 0) === key);
  if (numbers.length > 0 && keys.length > 1) {
    throw new KnownError('unsupported', `${file}: the key ${numbers[0]} is a number; use YAML`);
  }
  return { is: 'map', entries: keys.map((key) => [key, nodeOf(value[key], file)] as const) };
}

function scalarOf(value: unknown): Extract<Node, { is: 'scalar' }>['scalar'] {
  if (typeof value === 'string') return { type: 'str', text: value };
  if (typeof value === 'number') return { type: 'float', text: floatText(value) };
  if (typeof value === 'boolean') return { type: 'bool', isTrue: value };
  return { type: 'null' };
}
