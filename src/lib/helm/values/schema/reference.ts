import { KnownError, isRecord } from '../../../../base/index.ts';
import type { Schema } from './validator.ts';

/** A schema that cannot be used, in the words of Helm's validator. */
export class SchemaFault extends KnownError {
  constructor(message: string) {
    super('invalid', message);
  }
}

/**
 * The schema that a `$ref` inside values.schema.json names: by pointer, anchor or `$id`. A `urn:` is
 * accepted as anything, as Helm does; other documents are refused: rendering reads no file and no network.
 */
export function resolveReference(root: Schema, reference: string): unknown {
  if (reference.startsWith('urn:')) return true;
  const inside = reference.replace(/^file:\/\/\/values\.schema\.json/, '');
  const hash = inside.indexOf('#');
  const [base, fragment] =
    hash === -1 ? [inside, ''] : [inside.slice(0, hash), inside.slice(hash + 1)];
  const document = base === '' ? root : find(root, (each) => isNamed(each, base));
  if (document === undefined) throw unknown(reference);
  const target =
    fragment.startsWith('/') || fragment === ''
      ? walk(document, fragment)
      : find(
          document,
          (each) =>
            each['$anchor'] === fragment ||
            each['$dynamicAnchor'] === fragment ||
            each['$id'] === `#${fragment}` ||
            each['id'] === `#${fragment}`,
        );
  if (target !== undefined) return target;
  const url = `file:///values.schema.json#${fragment}`;
  if (base !== '') throw unknown(reference);
  throw new SchemaFault(
    fragment.startsWith('/')
      ? `json-pointer in ${JSON.stringify(url)} not found`
      : `anchor in ${JSON.stringify(url)} not found in schema "file:///values.schema.json#"`,
  );
}

function isNamed(schema: Record<string, unknown>, base: string): boolean {
  const id = schema['$id'] ?? schema['id'];
  return typeof id === 'string' && (id === base || id.endsWith(`/${base}`));
}

function unknown(reference: string): KnownError {
  return new KnownError(
    'invalid',
    `values.schema.json: $ref ${JSON.stringify(reference)} is not in the file; other files and addresses are not read`,
  );
}

function walk(from: unknown, pointer: string): unknown {
  let at = from;
  for (const token of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isRecord(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

function find(
  from: unknown,
  isIt: (schema: Record<string, unknown>) => boolean,
): Record<string, unknown> | undefined {
  const open: unknown[] = [from];
  for (let at = 0; at < open.length; at += 1) {
    const each = open[at];
    if (isRecord(each) && isIt(each)) return each;
    if (isRecord(each)) open.push(...Object.values(each));
    else if (Array.isArray(each)) open.push(...(each as unknown[]));
  }
  return undefined;
}
