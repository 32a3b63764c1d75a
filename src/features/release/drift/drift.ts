import type { DriftSpec } from '../../../api/helm-release/index.ts';

/** One field of a live object that is not as the release's manifest says. */
export interface DriftedField {
  /** `Deployment apps/web`; no namespace for what has none. */
  readonly object: string;
  /** `spec.replicas`; empty when the whole object is gone. */
  readonly path: string;
  /** Field manager that wrote it, as the API server knows it. */
  readonly manager: string | undefined;
}

/** What others changed, and what follows. */
export interface Drift {
  readonly fields: readonly DriftedField[];
  /** For status and event: objects, fields and managers, never values. Empty when there is none. */
  readonly text: string;
  readonly repairs: boolean;
}

export const noDrift: Drift = { fields: [], text: '', repairs: false };

const shownFields = 8;

/** Fields in words. */
export function driftText(fields: readonly DriftedField[]): string {
  const shown = fields.slice(0, shownFields).map(({ object, path, manager }) => {
    if (path === '') return `${object} is gone`;
    return `${object}: ${path} was changed by ${manager ?? 'an unknown manager'}`;
  });
  const more = fields.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/**
 * Whether a field is left to others: an entry of `ignore` is `path`, `Kind:path` or `Kind/name:path`,
 * and covers everything below its path.
 */
export function isIgnored(
  { ignore = [] }: DriftSpec,
  field: { readonly kind: string; readonly name: string; readonly path: string },
): boolean {
  return ignore.some((entry) => {
    const colon = entry.indexOf(':');
    const of = colon < 0 ? '' : entry.slice(0, colon);
    const path = entry.slice(colon + 1);
    if (of !== '' && of !== field.kind && of !== `${field.kind}/${field.name}`) return false;
    return (
      path === field.path ||
      (field.path.startsWith(path) && /^[.[]/.test(field.path.slice(path.length)))
    );
  });
}
