import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { namedType } from '../built-in.ts';
import { addDefinition, addListDefinition, refTo } from './definitions.ts';
import type { Definitions, GroupVersionKind, OpenApiVersion } from './definitions.ts';

/** `com.example.stable.v1.CronTab` for CronTab of stable.example.com/v1. */
export function customName({ group, version, kind }: GroupVersionKind): string {
  return [...group.split('.').toReversed(), version, kind].join('.');
}

/** Adds the definitions of a custom kind and its list. */
export function addCustomDefinition(
  into: Definitions,
  of: { readonly gvk: GroupVersionKind; readonly openAPIV3Schema?: unknown },
  version: OpenApiVersion,
): void {
  const meta = namedType('meta/v1.ObjectMeta');
  addDefinition(into, meta, version);
  const metadata = refTo(meta.name ?? '', version);
  const given = isRecord(of.openAPIV3Schema) ? of.openAPIV3Schema : undefined;
  const schema = given === undefined ? { type: 'object' } : published(given, version);
  const properties = isRecord(schema['properties']) ? schema['properties'] : undefined;
  const head = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: version === 3 ? { allOf: [metadata] } : metadata,
  };
  const free = given === undefined || given['x-kubernetes-preserve-unknown-fields'] === true;
  into[customName(of.gvk)] = {
    ...schema,
    ...(free && properties === undefined ? {} : { properties: { ...properties, ...head } }),
    'x-kubernetes-group-version-kind': [{ ...of.gvk }],
  };
  addListDefinition(into, { name: customName(of.gvk), gvk: of.gvk }, version);
}

/** v3 publishes a schema as it is; v2 has no words for some of it, and clients of v2 misread others. */
function published(schema: JsonRecord, version: OpenApiVersion): JsonRecord {
  return version === 3 ? { ...schema } : toV2(schema);
}

const unknownToV2 = ['oneOf', 'anyOf', 'allOf', 'not', 'nullable', 'x-kubernetes-validations'];

function toV2(schema: JsonRecord): JsonRecord {
  const result: JsonRecord = { ...schema };
  for (const key of unknownToV2) delete result[key];
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true;
  // kubectl of the v2 time takes an int-or-string, nullable or free value as wrong unless its type is open.
  if (free || schema['nullable'] === true || schema['x-kubernetes-int-or-string'] === true) {
    for (const key of ['type', 'properties', 'items', 'additionalProperties']) delete result[key];
    return result;
  }
  if (isRecord(schema['properties'])) {
    result['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([name, inner]) => [
        name,
        isRecord(inner) ? toV2(inner) : inner,
      ]),
    );
  }
  for (const key of ['items', 'additionalProperties']) {
    if (isRecord(schema[key])) result[key] = toV2(schema[key]);
  }
  return result;
}
