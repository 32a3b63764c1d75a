import {
  isRecord,
  type JsonRecord,
  type KubeObject,
  type ObjectMeta,
} from '../../../base/index.ts';
import {
  customRules,
  deepEqual,
  defaultBySchema,
  fromOpenApiV3,
  pruneBySchema,
  unknownFields,
  validateBySchema,
  type FieldError,
} from '../../../lib/schema/index.ts';
import {
  customTable,
  validateMeta,
  validateMetaUpdate,
  type KindTable,
} from '../../kinds/index.ts';
import type { CustomVersion, Crd } from '../crds/crd.ts';
import type { Strategy } from './served-resource.ts';

/** How objects of one version of a CustomResourceDefinition are treated. */
export function customStrategy(crd: Crd, version: CustomVersion): Strategy {
  const hasStatus = version.subresources?.status !== undefined;
  const rule = { namespaced: crd.spec.scope === 'Namespaced', nameRule: 'subdomain' as const };
  const storage = crd.spec.versions.find((each) => each.storage) ?? version;
  const { check, ...bySchema } = schemaPart(crd, version);
  const rules = customRules(version.schema?.openAPIV3Schema);
  let table: KindTable | undefined;
  return {
    ...(rules ? { rules } : {}),
    ...bySchema,
    strategicMerge: false,
    typeErrors: () => [],
    prepareCreate(object) {
      if (hasStatus) delete object['status'];
      object.metadata.generation = 1;
    },
    prepareUpdate: (object, old, subresource) =>
      prepareUpdate(object, old, { hasStatus, subresource }),
    validateCreate: (object) => [...validateMeta(object, rule), ...check(object)],
    validateUpdate: (object, old) => [...validateMetaUpdate(object, old), ...check(object)],
    fieldsOf: (object) => customFields(object, version),
    fieldLabels: [
      'metadata.name',
      'metadata.namespace',
      ...(version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    ],
    table: () => (table ??= customTable(version.additionalPrinterColumns ?? [])),
    toVersion: (object) => inVersion(object, `${crd.spec.group}/${version.name}`),
    toStorage: (object) => inVersion(object, `${crd.spec.group}/${storage.name}`),
  };
}

type SchemaPart = Pick<Strategy, 'type' | 'unknownFields' | 'canonical' | 'defaulted'> & {
  readonly check: (object: KubeObject) => FieldError[];
};

/** What follows from the schema of the version; without one everything is kept as it comes. */
function schemaPart(crd: Crd, version: CustomVersion): SchemaPart {
  const schema = version.schema?.openAPIV3Schema;
  const type = fromOpenApiV3(schema);
  if (schema === undefined)
    return {
      type,
      unknownFields: () => [],
      canonical: withoutNullMetadata,
      defaulted: (object) => object,
      check: () => [],
    };
  const keeps = crd.spec.preserveUnknownFields === true;
  return {
    type,
    unknownFields: (object) => (keeps ? [] : unknownFields(type, object)),
    canonical: (object) =>
      withoutNullMetadata(keeps ? object : (pruneBySchema(schema, object) as KubeObject)),
    defaulted: (object) => defaultBySchema(schema, object) as KubeObject,
    check: (object) => validateBySchema(schema, object),
  };
}

/** Go drops nulls from the metadata it decodes; `creationTimestamp: null` is in many a manifest. */
function withoutNullMetadata(object: KubeObject): KubeObject {
  const kept = Object.entries(object.metadata).filter(([, value]) => value !== null);
  return { ...object, metadata: Object.fromEntries(kept) as unknown as ObjectMeta };
}

function inVersion(object: KubeObject, apiVersion: string): KubeObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function prepareUpdate(
  object: KubeObject,
  old: KubeObject,
  how: { readonly hasStatus: boolean; readonly subresource: string | undefined },
): void {
  if (how.subresource === 'status') {
    for (const field of Object.keys(object)) if (field !== 'status') delete object[field];
    const { status: _, ...rest } = old;
    Object.assign(object, structuredClone(rest));
    return;
  }
  if (how.hasStatus) {
    delete object['status'];
    if (old['status'] !== undefined) object['status'] = structuredClone(old['status']);
  }
  object.metadata.generation = old.metadata.generation ?? 1;
  if (!deepEqual(counted(object, how.hasStatus), counted(old, how.hasStatus)))
    object.metadata.generation += 1;
}

/** What `generation` counts changes of. */
function counted(object: KubeObject, hasStatus: boolean): JsonRecord {
  const { apiVersion: _a, metadata: _m, ...rest } = object;
  if (hasStatus) delete rest['status'];
  return rest;
}

function customFields(object: KubeObject, version: CustomVersion): Record<string, string> {
  const fields: Record<string, string> = {
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
  };
  for (const { jsonPath } of version.selectableFields ?? []) {
    const path = jsonPath.replace(/^\./, '');
    const value = valueAt(object, path);
    if (value !== undefined) fields[path] = String(value);
  }
  return fields;
}

/** The value at a simple dotted path such as `spec.replicas` (a leading dot is fine). */
export function valueAt(object: unknown, path: string): unknown {
  let at: unknown = object;
  for (const part of path.replace(/^\./, '').split('.')) {
    if (!isRecord(at)) return undefined;
    at = at[part];
  }
  return at;
}
