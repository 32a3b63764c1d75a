import { isRecord } from '../../../../base/index.ts';
import { resolveReference } from './reference.ts';
import type { Schema } from './validator.ts';

const single = [
  'not',
  'if',
  'then',
  'else',
  'items',
  'additionalItems',
  'additionalProperties',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const lists = ['allOf', 'anyOf', 'oneOf', 'items', 'prefixItems'];
const maps = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies'];

/**
 * Follows every `$ref` that a value could lead to, as Helm's validator does before it looks at any
 * value; throws when one leads nowhere. What stands under `$defs` counts only when it is referred to.
 */
export function checkReferences(root: Schema): void {
  const known = new Set<unknown>([root]);
  const open: unknown[] = [root];
  const add = (schema: unknown): void => {
    if (known.has(schema) || typeof schema !== 'object') return;
    known.add(schema);
    open.push(schema);
  };
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (!isRecord(schema)) continue;
    for (const keyword of ['$ref', '$recursiveRef', '$dynamicRef']) {
      const reference = schema[keyword];
      if (typeof reference === 'string') add(resolveReference(root, reference));
    }
    for (const keyword of single) add(schema[keyword]);
    for (const keyword of lists) {
      const list = schema[keyword];
      if (Array.isArray(list)) list.forEach(add);
    }
    for (const keyword of maps) {
      const map = schema[keyword];
      if (isRecord(map)) Object.values(map).forEach(add);
    }
  }
}
