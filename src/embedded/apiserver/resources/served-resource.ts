import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { CustomRules, FieldError, TypeSchema } from '../../../lib/schema/index.ts';
import type { BuiltinSubresource, KindTable } from '../../kinds/index.ts';

/** What differs between kinds when one of their objects is written or shown. */
export interface Strategy {
  /** For strategic merge, apply and field ownership; undefined: no schema. */
  readonly type: TypeSchema | undefined;
  /** Custom resources refuse strategic merge patches. */
  readonly strategicMerge: boolean;
  /** Paths of fields that will be dropped. */
  unknownFields(object: JsonRecord): string[];
  /** Why the body does not fit the type at all (400), in Go's words. */
  typeErrors(object: JsonRecord): string[];
  /** The body as it will be kept: unknown fields gone, values in canonical form. */
  canonical(object: KubeObject): KubeObject;
  /** With defaults filled in. */
  defaulted(object: KubeObject): KubeObject;
  /** Changes a new object before it is validated (status dropped, generation 1 …). */
  prepareCreate(object: KubeObject): void;
  prepareUpdate(object: KubeObject, old: KubeObject, subresource?: string): void;
  validateCreate(object: KubeObject): FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject, subresource?: string): FieldError[];
  /** The rules in CEL of a custom resource; absent when there are none. */
  readonly rules?: CustomRules;
  fieldsOf(object: KubeObject): Record<string, string>;
  readonly fieldLabels: readonly string[];
  table(): KindTable;
  /** The object in this version / in the version it is stored in. */
  toVersion(object: KubeObject): KubeObject;
  toStorage(object: KubeObject): KubeObject;
}

/** One version of a resource as it is served. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly BuiltinSubresource[];
  readonly hasStatus: boolean;
  /** Discovery names it. */
  readonly listed: boolean;
  /** Reviews and the like: answered, never stored. */
  readonly virtual: boolean;
  /** `/core/pods/` */
  readonly keyPrefix: string;
  readonly storageApiVersion: string;
  readonly deleteReply: 'status' | 'object';
  readonly defaultPropagation: 'Background' | 'Orphan';
  readonly unconditionalUpdate: boolean;
  readonly createOnPut: boolean;
  /** Text of the Warning header for deprecated versions. */
  readonly deprecation?: string;
  readonly strategy: Strategy;
  /** Only for kinds that come from a CustomResourceDefinition. */
  readonly custom?: CustomFacts;
}

/** What a CustomResourceDefinition says beyond what every resource has. */
export interface CustomFacts {
  readonly crdName: string;
  readonly openAPIV3Schema: unknown;
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  };
  /** Objects written up to this revision may lack defaults that were added later. */
  readonly schemaRevision: number;
  readonly hasDefaults: boolean;
  /** A deletion of the definition is under way: no new objects. */
  readonly terminating: boolean;
}

/** The key of an object of this resource. */
export function keyOfObject(
  resource: Pick<ServedResource, 'keyPrefix' | 'namespaced'>,
  namespace: string | undefined,
  name: string,
): string {
  return resource.namespaced
    ? `${resource.keyPrefix}${namespace ?? ''}/${name}`
    : `${resource.keyPrefix}${name}`;
}
