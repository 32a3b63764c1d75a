/** What a scalar holds on the wire, beyond its JSON type. */
export type ScalarFormat =
  | 'string'
  | 'int32'
  | 'int64'
  | 'float'
  | 'bool'
  | 'bytes'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'null';

/**
 * One place in an object, described. Built-in kinds and custom resources have the same form, so patches,
 * field ownership, pruning and OpenAPI work on either. `fields` is computed when it is first read, since
 * types may contain themselves (JSONSchemaProps).
 */
export interface TypeSchema {
  /** `any` takes every value: RawExtension, x-kubernetes-preserve-unknown-fields without a type. */
  readonly form: 'struct' | 'map' | 'list' | 'scalar' | 'any';
  /** Name of the definition, e.g. `io.k8s.api.apps.v1.DeploymentSpec`; absent for anonymous shapes. */
  readonly name?: string | undefined;
  readonly scalar?: ScalarFormat | undefined;
  /** Fields of a struct by JSON name, in the order Go writes them. Empty for the other forms. */
  readonly fields: ReadonlyMap<string, TypeField>;
  /** What a map's values or a list's items are. A struct may have it too: additionalProperties. */
  readonly values?: TypeSchema | undefined;
  /** Server-side apply: how a list merges. Lists without a directive are atomic. */
  readonly listType: 'atomic' | 'map' | 'set';
  /** Key fields of a `map` list, in declared order. */
  readonly listKeys: readonly string[];
  /** Server-side apply: whether a map or struct is one value. */
  readonly atomic: boolean;
  /** Strategic merge: `merge`, `replace`, `retainKeys` in any combination the type declares. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey?: string | undefined;
  /** A struct that keeps fields it does not declare. */
  readonly preserveUnknown: boolean;
  /** An object inside the object: apiVersion, kind and metadata are always known. */
  readonly embedded: boolean;
  readonly nullable: boolean;
  /** The values a string may have, when the set is closed. */
  readonly oneOf?: readonly string[] | undefined;
}

/** A field of a struct. */
export interface TypeField {
  readonly name: string;
  readonly schema: TypeSchema;
  /** Clients must give it. */
  readonly required: boolean;
  /** Go writes it even when it is empty (no omitempty, or a struct held by value). */
  readonly always: boolean;
  /** Held by pointer in Go: a zero value that was given stays. */
  readonly pointer: boolean;
  readonly defaultValue?: unknown;
}

const noFields: ReadonlyMap<string, TypeField> = new Map();

/** A place that takes every value. */
export const anySchema: TypeSchema = {
  form: 'any',
  fields: noFields,
  listType: 'atomic',
  listKeys: [],
  atomic: false,
  patchStrategy: [],
  preserveUnknown: true,
  embedded: false,
  nullable: true,
};

/** A scalar; `oneOf` when its set of values is closed. */
export function scalarSchema(scalar: ScalarFormat, oneOf?: readonly string[]): TypeSchema {
  return { ...anySchema, form: 'scalar', scalar, oneOf, preserveUnknown: false, nullable: false };
}

/** A list of items. */
export function listSchema(values: TypeSchema, how: Partial<TypeSchema>): TypeSchema {
  return { ...anySchema, form: 'list', values, preserveUnknown: false, nullable: false, ...how };
}

/** A map with string keys. */
export function mapSchema(values: TypeSchema, atomic: boolean): TypeSchema {
  return { ...anySchema, form: 'map', values, atomic, preserveUnknown: false, nullable: false };
}
