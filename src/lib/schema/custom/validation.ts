import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../equal.ts';
import type { FieldError } from '../field-error.ts';
import { brokenConstraints } from './constraints.ts';
import { goValue } from './go-value.ts';
import { additionalSchema, asJsonSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * Complaints of an openAPIV3Schema about an object, in the server's words:
 * `spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0`.
 * Rules in CEL are `custom-rules.ts`. metadata is not looked at.
 */
export function validateBySchema(openAPIV3Schema: unknown, object: JsonRecord): FieldError[] {
  const schema = asJsonSchema(openAPIV3Schema);
  if (schema === undefined) return [];
  const { metadata: _metadata, ...rest } = object;
  return validate(schema, rest, '');
}

function validate(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  if (value === null && schema.nullable === true) return [];
  const wrong = typeError(schema, value, path);
  if (wrong !== undefined) return [wrong];
  return [
    ...enumErrors(schema, value, path),
    ...brokenConstraints(schema, value).map((broken) => inBody(path, value, broken)),
    ...(isRecord(value) ? recordErrors(schema, value, path) : []),
    ...(Array.isArray(value) ? listErrors(schema, value, path) : []),
    ...combinationErrors(schema, value, path),
  ];
}

/** `Invalid value: V: <path> in body <broken>`; maps and lists are named by their type, as Go does. */
function inBody(path: string, value: unknown, broken: string): FieldError {
  return {
    type: 'invalid',
    field: path,
    value: goValue(value),
    detail: `${path} in body ${broken}`,
  };
}

const typeNames: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

function typeError(schema: JsonSchema, value: unknown, path: string): FieldError | undefined {
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const fits = intOrString
    ? typeof value === 'string' || Number.isInteger(value)
    : (typeNames[schema.type ?? '']?.(value) ?? true);
  if (fits) return undefined;
  const wanted = intOrString ? 'integer,string' : schema.type;
  const found = typeName(value);
  const detail = `${path} in body must be of type ${wanted}: "${found}"`;
  return { type: 'typeInvalid', field: path, value: found, detail };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function enumErrors(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((each) => deepEqual(each, value))) return [];
  const allowed = schema.enum.map((each) =>
    typeof each === 'string' ? `"${each}"` : `"${JSON.stringify(each)}"`,
  );
  const detail = `supported values: ${allowed.join(', ')}`;
  return [{ type: 'notSupported', field: path, value: goValue(value), detail }];
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function recordErrors(schema: JsonSchema, object: JsonRecord, path: string): FieldError[] {
  const missing = (schema.required ?? []).filter(
    (name) => object[name] === undefined && !(path === '' && name === 'metadata'),
  );
  const errors: FieldError[] = missing.map((name) => ({
    type: 'required',
    field: join(path, name),
    detail: '',
  }));
  const additional = additionalSchema(schema);
  for (const [name, value] of Object.entries(object)) {
    const declared = schema.properties?.[name];
    const inner = declared ?? additional;
    if (value === undefined) continue;
    if (inner !== undefined) errors.push(...validate(inner, value, join(path, name)));
    else if (schema.additionalProperties === false) {
      errors.push(inBody(join(path, name), value, 'is a forbidden property'));
    }
  }
  return errors;
}

function listErrors(schema: JsonSchema, list: readonly unknown[], path: string): FieldError[] {
  const { items } = schema;
  const errors =
    items === undefined ? [] : list.flatMap((item, at) => validate(items, item, `${path}[${at}]`));
  return [...errors, ...duplicateErrors(schema, list, path)];
}

function duplicateErrors(schema: JsonSchema, list: readonly unknown[], path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const identity = (item: unknown): unknown => (type === 'set' ? item : keysOf(schema, item));
  const seen: unknown[] = [];
  return list.flatMap((item, at): FieldError[] => {
    const id = identity(item);
    const again = seen.some((other) => deepEqual(other, id));
    seen.push(id);
    return again
      ? [{ type: 'duplicate', field: `${path}[${at}]`, value: goValue(id), detail: '' }]
      : [];
  });
}

function keysOf(schema: JsonSchema, item: unknown): unknown {
  if (!isRecord(item)) return item;
  return Object.fromEntries(
    (schema['x-kubernetes-list-map-keys'] ?? [])
      .map((key) => [key, item[key] ?? schema.items?.properties?.[key]?.default] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** allOf, anyOf, oneOf, not. */
function combinationErrors(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  const passes = (inner: JsonSchema): boolean => validate(inner, value, path).length === 0;
  const fail = (detail: string): FieldError => ({
    type: 'invalid',
    field: path,
    value: '',
    detail,
  });
  const errors: FieldError[] = (schema.allOf ?? []).flatMap((inner) =>
    validate(inner, value, path),
  );
  if (errors.length > 0) errors.push(fail(`"${path}" must validate all the schemas (allOf)`));
  if (schema.anyOf !== undefined && !schema.anyOf.some(passes)) {
    errors.push(...(schema.anyOf[0] === undefined ? [] : validate(schema.anyOf[0], value, path)));
    errors.push(fail(`"${path}" must validate at least one schema (anyOf)`));
  }
  if (schema.oneOf !== undefined) {
    const count = schema.oneOf.filter(passes).length;
    if (count !== 1) {
      const found = count === 0 ? 'none valid' : `${count} valid alternatives`;
      errors.push(fail(`"${path}" must validate one and only one schema (oneOf). Found ${found}`));
    }
  }
  if (schema.not !== undefined && passes(schema.not)) {
    errors.push(fail(`"${path}" must not validate the schema (not)`));
  }
  return errors;
}
