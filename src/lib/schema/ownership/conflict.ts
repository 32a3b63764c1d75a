import { KnownError } from '../../../base/index.ts';
import { pathText, pathsOf } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import type { Managed } from './managed.ts';

/** One field that another manager owns with another value. */
export interface FieldConflict {
  /** As shown: `"m1"`, `"u" using v1`. */
  readonly manager: string;
  /** `.spec.replicas` */
  readonly field: string;
  /** `conflict with "m1"` */
  readonly message: string;
}

/**
 * A server-side apply that meets fields of other managers. Answer 409 Conflict; each conflict is a cause
 * with reason FieldManagerConflict.
 */
export class ApplyConflict extends KnownError {
  readonly conflicts: readonly FieldConflict[];

  constructor(conflicts: readonly FieldConflict[]) {
    super('conflict', messageOf(conflicts), { status: 409, retry: 'when-changed' });
    this.conflicts = conflicts;
  }
}

/** The conflicts with one manager over a set of fields. */
export function conflictsWith(entry: Managed, fields: FieldSet): FieldConflict[] {
  const manager = managerText(entry);
  return pathsOf(fields).map((path) => ({
    manager,
    field: pathText(path),
    message: `conflict with ${manager}`,
  }));
}

function managerText(entry: Managed): string {
  const subresource =
    entry.subresource === '' ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`;
  const version = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
  return `${JSON.stringify(entry.manager)}${subresource}${version}`;
}

function messageOf(conflicts: readonly FieldConflict[]): string {
  const [only] = conflicts;
  if (conflicts.length === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: ${only.message}: ${only.field}`;
  }
  const managers = [...new Set(conflicts.map((each) => each.manager))].toSorted();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((each) => each.manager === manager).map((each) => `- ${each.field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
