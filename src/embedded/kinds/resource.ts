import type { JsonRecord } from '../../base/index.ts';
import type { FieldError } from '../../lib/schema/index.ts';

/** Which server profile serves a group version: `legacy` is about 1.20, `modern` about 1.33. */
export type Profile = 'modern' | 'legacy';

/** A subresource in discovery. Its kind may be of another group: `deployments/scale` is autoscaling/v1 Scale. */
export interface BuiltinSubresource {
  readonly name: string;
  readonly kind: string;
  /** Only where they differ from the parent's. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** One served version of a built-in resource, and how the server treats it. */
export interface BuiltinResource {
  /** '' for core. */
  readonly group: string;
  readonly version: string;
  /** `v1`, `apps/v1`. */
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
  readonly profiles: readonly Profile[];
  /**
   * Discovery names it. Legacy answers to newer versions too, for the control loops of this wing, but does
   * not tell of them: clients then choose as they would on a server of that age.
   */
  readonly listed: boolean;
  /** Has a /status subresource: create and main update drop status, /status takes only status. */
  readonly hasStatus: boolean;
  /** Nothing is stored: reviews, bindings, componentstatuses. */
  readonly virtual: boolean;
  /** Where objects live: one storage for all versions of a kind, e.g. `apps/v1`; key group and plural. */
  readonly storageVersion: string;
  readonly storageGroup: string;
  readonly storagePlural: string;
  /** What a delete that removes at once answers with. */
  readonly deleteReply: 'status' | 'object';
  readonly defaultPropagation: 'Background' | 'Orphan';
  /** metadata.generation counts changes of spec. */
  readonly generation: boolean;
  /** A PUT without resourceVersion is allowed. */
  readonly unconditionalUpdate: boolean;
  /** A PUT to an absent name creates. */
  readonly createOnPut: boolean;
  /** Rule for metadata.name. */
  readonly nameRule: 'subdomain' | 'label' | 'dns1035' | 'pathSegment';
  /** `Warning` header text, for deprecated versions. */
  readonly deprecation?: string;
}

/** A column of a Table, as meta.k8s.io/v1 has it. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  readonly format: string;
  readonly description: string;
  /** 0: always shown, 1: only with -o wide. */
  readonly priority: number;
}

/** How a kind is shown as a Table. `row` gives one cell per column. */
export interface KindTable {
  readonly columns: readonly TableColumn[];
  row(object: JsonRecord, now: Date): unknown[];
}

/** Checks of one object; all complaints at once, in the order a real server lists them. */
export type Validate = (object: JsonRecord) => FieldError[];
