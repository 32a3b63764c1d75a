import type { KubeObject } from '../../../base/index.ts';

/** One version of a CustomResourceDefinition. */
export interface CustomVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: unknown };
  readonly subresources?: {
    readonly status?: unknown;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly additionalPrinterColumns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly format?: string;
    readonly description?: string;
    readonly priority?: number;
  }[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** The names a definition asks for, and those it was given. */
export interface CustomNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** A condition of a definition. */
export interface CrdCondition {
  type: string;
  status: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/** A CustomResourceDefinition in its v1 form. */
export interface Crd extends KubeObject {
  spec: {
    group: string;
    names: CustomNames;
    scope: 'Namespaced' | 'Cluster';
    versions: readonly CustomVersion[];
    preserveUnknownFields?: boolean;
  };
  status?: {
    acceptedNames?: CustomNames;
    storedVersions?: string[];
    conditions?: CrdCondition[];
  };
}

/** Whether a condition of the definition is True. */
export function crdCondition(crd: Crd, type: string): boolean {
  return (crd.status?.conditions ?? []).some(
    (each) => each.type === type && each.status === 'True',
  );
}
