import { KnownError } from '../../../base/index.ts';
/** One field that another manager owns with another value. */
export interface FieldConflict {
  /** As shown: `"m1"`, `"u" using v1`. */ readonly manager: string;
  /** `.spec.replicas` */ readonly field: string;
  /** `conflict with "m1"` */ readonly message: string;
}
/** A server-side apply that meets fields of other managers. Answer 409 Conflict; each conflict is a cause with reason FieldManagerConflict. */
export class ApplyConflict extends KnownError {
  readonly conflicts: readonly FieldConflict[];
  constructor(message: string, conflicts: readonly FieldConflict[]) {
    super('conflict', message, { status: 409 });
    this.conflicts = conflicts;
  }
}
