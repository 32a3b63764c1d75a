import { compactTable, compactType, lazy } from './compact-table.ts';
import type { CompactDirectives, CompactField } from './compact-table.ts';
import { definitionName } from './definition-name.ts';
import { anySchema, listSchema, mapSchema, scalarSchema } from './type-schema.ts';
import type { ScalarFormat, TypeField, TypeSchema } from './type-schema.ts';

/** A built-in kind: its group version, name and scope. */
export interface BuiltInType {
  readonly apiVersion: string;
  readonly kind: string;
  readonly clusterScoped: boolean;
  readonly type: TypeSchema;
}

const scalars: ReadonlySet<string> = new Set([
  'string',
  'int32',
  'int64',
  'float',
  'bool',
  'bytes',
  'quantity',
  'intOrString',
  'time',
  'microTime',
  'duration',
]);

const known = new Map<string, TypeSchema>();

/** The type of a built-in kind; undefined when there is none (then it may be a custom resource). */
export function typeOf(apiVersion: string, kind: string): TypeSchema | undefined {
  const name = `${apiVersion}.${kind}`;
  return compactType(name)?.o === 1 ? namedType(name) : undefined;
}

/** Every built-in kind that can be served; lists and options are not kinds here. */
export function builtInTypes(): readonly BuiltInType[] {
  return Object.entries(compactTable())
    .filter(([apiVersion]) => apiVersion !== 'meta/v1')
    .flatMap(([apiVersion, types]) =>
      Object.entries(types)
        .filter(([kind, type]) => type.o === 1 && kind !== 'ObjectReference')
        .map(([kind, type]) => ({
          apiVersion,
          kind,
          clusterScoped: type.c === 1,
          type: namedType(`${apiVersion}.${kind}`),
        })),
    );
}

/** A type by its table name, e.g. `meta/v1.ObjectMeta`; `any` when the table has no such type. */
export function namedType(name: string): TypeSchema {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = structOf(name, {});
  known.set(name, made);
  return made;
}

/** The schema of a type expression of the table: `[]v1.Container`, `{}quantity`, `string` … */
export function schemaOf(expression: string, directives: CompactDirectives = {}): TypeSchema {
  if (scalars.has(expression)) {
    return scalarSchema(expression as ScalarFormat, directives.e);
  }
  if (expression.startsWith('[]')) {
    return listSchema(schemaOf(expression.slice(2)), {
      listType: directives.l ?? 'atomic',
      listKeys: directives.k ?? [],
      ...patchOf(directives),
    });
  }
  if (expression.startsWith('{}')) {
    return mapSchema(schemaOf(expression.slice(2)), directives.m === 'atomic');
  }
  if (expression.startsWith('items:')) return listSchema(schemaOf(expression.slice(6)), {});
  if (expression === 'raw' || expression === 'empty') return anySchema;
  if (expression.startsWith('schemaOr')) return anySchema;
  return Object.keys(directives).length === 0
    ? namedType(expression)
    : structOf(expression, directives);
}

function patchOf(directives: CompactDirectives): Partial<TypeSchema> {
  return {
    patchStrategy: directives.s?.split(',') ?? [],
    patchMergeKey: directives.g,
  };
}

const fieldsOf = new Map<string, () => ReadonlyMap<string, TypeField>>();

function structOf(name: string, directives: CompactDirectives): TypeSchema {
  const type = compactType(name);
  if (type === undefined) return anySchema;
  const fields = fieldsOf.get(name) ?? lazy(() => structFields(type.f));
  fieldsOf.set(name, fields);
  return {
    ...anySchema,
    form: 'struct',
    name: definitionName(name),
    get fields() {
      return fields();
    },
    atomic: (directives.m ?? type.m) === 'atomic',
    preserveUnknown: type.u === 1,
    ...patchOf(directives),
  };
}

function structFields(rows: readonly CompactField[]): ReadonlyMap<string, TypeField> {
  const fields = new Map<string, TypeField>();
  for (const [name, expression, , flags, directives] of rows) {
    if (flags.includes('i')) {
      for (const [inner, field] of namedType(expression).fields) fields.set(inner, field);
      continue;
    }
    const schema = schemaOf(expression, directives);
    const pointer = flags.includes('p');
    fields.set(name, {
      name,
      schema,
      required: flags.includes('r'),
      always: !flags.includes('o') || (!pointer && isHeldByValue(schema)),
      pointer,
      defaultValue: directives?.d,
    });
  }
  return fields;
}

/** Go's omitempty has no effect on structs; quantities and int-or-strings are structs too. */
function isHeldByValue(schema: TypeSchema): boolean {
  return (
    schema.form === 'struct' || schema.scalar === 'quantity' || schema.scalar === 'intOrString'
  );
}
