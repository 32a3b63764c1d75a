import type { KubeObject } from '../../../base/index.ts';
import { canonicalize, typeErrors, typeOf, unknownFields } from '../../../lib/schema/index.ts';
import {
  applyDefaults,
  convert,
  fieldLabelsOf,
  fieldsOf,
  prepareCreate,
  prepareUpdate,
  tableOf,
  validateCreate,
  validateUpdate,
  type BuiltinResource,
} from '../../kinds/index.ts';
import type { ServedResource, Strategy } from './served-resource.ts';

/** A built-in resource as the server treats it. */
export function serveBuiltin(resource: BuiltinResource): ServedResource {
  const { deprecation } = resource;
  return {
    group: resource.group,
    version: resource.version,
    apiVersion: resource.apiVersion,
    plural: resource.plural,
    singular: resource.singular,
    kind: resource.kind,
    listKind: resource.listKind,
    namespaced: resource.namespaced,
    shortNames: resource.shortNames,
    categories: resource.categories,
    verbs: resource.verbs,
    subresources: resource.subresources,
    hasStatus: resource.hasStatus,
    listed: resource.listed,
    virtual: resource.virtual,
    keyPrefix: `/${resource.storageGroup === '' ? 'core' : resource.storageGroup}/${resource.storagePlural}/`,
    storageApiVersion: resource.storageVersion,
    deleteReply: resource.deleteReply,
    defaultPropagation: resource.defaultPropagation,
    unconditionalUpdate: resource.unconditionalUpdate,
    createOnPut: resource.createOnPut,
    ...(deprecation === undefined ? {} : { deprecation }),
    strategy: strategyOf(resource),
  };
}

function strategyOf(resource: BuiltinResource): Strategy {
  const { apiVersion, kind } = resource;
  const type = typeOf(apiVersion, kind);
  return {
    type,
    strategicMerge: true,
    unknownFields: (object) => (type ? unknownFields(type, object) : []),
    typeErrors: (object) => (type ? typeErrors(type, object) : []),
    canonical: (object) => (type ? (canonicalize(type, object) as KubeObject) : object),
    defaulted(object) {
      applyDefaults(object);
      return object;
    },
    prepareCreate,
    prepareUpdate,
    validateCreate,
    validateUpdate,
    fieldsOf,
    fieldLabels: fieldLabelsOf(apiVersion, kind),
    table: () => tableOf(apiVersion, kind),
    toVersion: (object) => convert(object, apiVersion),
    toStorage: (object) => convert(object, resource.storageVersion),
  };
}
