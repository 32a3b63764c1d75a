import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import {
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
import { orUntil } from '../schema-gap.ts';
import type { Strategy } from './served-resource.ts';

/** How objects of one version of a CustomResourceDefinition are treated. */
export function customStrategy(crd: Crd, version: CustomVersion): Strategy {
  const schema = version.schema?.openAPIV3Schema;
  const keeps = crd.spec.preserveUnknownFields === true;
  const type = orUntil(
    () => fromOpenApiV3(schema),
    () => undefined as never,
  );
  const apiVersion = `${crd.spec.group}/${version.name}`;
  const hasStatus = version.subresources?.status !== undefined;
  const rule = { namespaced: crd.spec.scope === 'Namespaced', nameRule: 'subdomain' as const };
  const check = (object: KubeObject): FieldError[] =>
    schema === undefined
      ? []
      : orUntil(
          () => validateBySchema(schema, object),
          () => [],
        );
  const inVersion = (object: KubeObject, wanted: string): KubeObject =>
    object.apiVersion === wanted ? object : { ...object, apiVersion: wanted };
  const storage = crd.spec.versions.find((each) => each.storage) ?? version;
  const storageApiVersion = `${crd.spec.group}/${storage.name}`;
  let table: KindTable | undefined;
  return {
    type,
    strategicMerge: false,
    unknownFields: (object) =>
      schema === undefined || keeps || !type
        ? []
        : orUntil(
            () => unknownFields(type, object),
            () => [],
          ),
    typeErrors: () => [],
    canonical: (object) =>
      schema === undefined || keeps
        ? object
        : (orUntil(
            () => pruneBySchema(schema, object),
            () => object,
          ) as KubeObject),
    defaulted: (object) =>
      schema === undefined
        ? object
        : (orUntil(
            () => defaultBySchema(schema, object),
            () => object,
          ) as KubeObject),
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
    toVersion: (object) => inVersion(object, apiVersion),
    toStorage: (object) => inVersion(object, storageApiVersion),
  };
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
