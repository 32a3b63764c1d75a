import { isRecord } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';
import type { TypeSchema } from './type-schema.ts';

/**
 * Paths of fields the type does not declare, in the order of the object: `spec.foo`,
 * `spec.containers[0].bar`. A server shows each as `unknown field "spec.foo"`.
 */
export function unknownFields(type: TypeSchema, object: JsonRecord): string[] {
  const found: string[] = [];
  look(type, object, '', found);
  return found;
}

function look(schema: TypeSchema, value: unknown, path: string, found: string[]): void {
  if (schema.form === 'list') {
    if (!Array.isArray(value) || schema.values === undefined) return;
    const items = schema.values;
    value.forEach((item, at) => look(items, item, `${path}[${at}]`, found));
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const next = schema.fields.get(name)?.schema ?? schema.values;
    if (next !== undefined) look(next, inner, at, found);
    else if (isUnknown(schema, name)) found.push(at);
  }
}

function isUnknown(schema: TypeSchema, name: string): boolean {
  if (schema.form !== 'struct' || schema.preserveUnknown) return false;
  const head = name === 'apiVersion' || name === 'kind' || name === 'metadata';
  return !(schema.embedded && head);
}
