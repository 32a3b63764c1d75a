import type { BuiltinResource } from '../resource.ts';

/** One line of the registry; what is absent has the value most kinds have. */
export interface ResourceRow {
  /** `v1`, `apps/v1`. */
  readonly at: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope?: 'cluster';
  readonly short?: string;
  /** In the category `all`. */
  readonly all?: boolean;
  /** Only where they are not all eight. */
  readonly verbs?: readonly string[];
  /** Subresource names, separated by spaces. */
  readonly sub?: string;
  /** The group version objects are kept in, when it is not this one. */
  readonly storedAs?: string;
  readonly deleteReply?: 'object';
  /** Children are orphaned unless the request says otherwise. */
  readonly orphans?: boolean;
  readonly generation?: boolean;
  /** A PUT needs a resourceVersion. */
  readonly locked?: boolean;
  readonly createOnPut?: boolean;
  readonly nameRule?: BuiltinResource['nameRule'];
  readonly legacyOnly?: boolean;
  /** Minor of the first release that has it, where that is after 1.20. */
  readonly since?: number;
  /** `v1.14+, unavailable in v1.22+; use …`: the end of the Warning text. */
  readonly deprecated?: string;
}
