import { createHash } from 'node:crypto';
import { isRecord } from '../../../base/index.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';

/** Puts the hash of the contents behind the name of each object that asks for it. */
export function addHashes(list: readonly Resource[]): void {
  for (const resource of list) {
    if (!resource.needsHash) continue;
    const hash = hashOf(resource);
    resource.rememberId();
    resource.name = `${resource.name}-${hash}`;
  }
}

const letters: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** Ten letters of a SHA-256 over what counts, those replaced that could spell a word. */
export function hashOf(resource: Resource): string {
  const sum = createHash('sha256').update(encoded(resource)).digest('hex').slice(0, 10);
  return sum.replaceAll(/[013ae]/g, (letter) => letters[letter] ?? letter);
}

function encoded({ object, kind }: Resource): string {
  const field = (key: string): unknown => {
    const value = object[key];
    if (value === undefined) return '';
    return isScalar(value) ? scalarText(value) : value;
  };
  const extra = kind === 'Secret' ? 'stringData' : 'binaryData';
  // kustomize looks the name up under a key that no object has, so every name hashes as an empty one.
  const parts: Record<string, unknown> = { kind, name: '', data: field('data') };
  if (kind === 'Secret') parts['type'] = field('type');
  else if (kind !== 'ConfigMap') return goJson(object);
  if (isRecord(object[extra])) parts[extra] = object[extra];
  return goJson(parts);
}

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go's encoding/json writes it: keys in order of their bytes, HTML marks escaped. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (isRecord(value)) {
    const keys = Object.keys(value).toSorted((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    return `{${keys.map((key) => `${goJson(key)}:${goJson(value[key])}`).join(',')}}`;
  }
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value ?? null).replaceAll(
    /[<>&\u2028\u2029]/g,
    (mark) => escapes[mark] ?? mark,
  );
}
