import type { FieldError } from '../../../lib/schema/index.ts';
import { invalidObject } from './status-error.ts';

/** Options of a write that come in the query. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Only for apply: take over fields of others. */
  readonly force: boolean;
}

/** Which options object a verb takes; it names the kind of an error. */
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Reads and checks them; an apply patch needs a manager, other writes take it from the User-Agent. */
export function writeOptions(
  query: URLSearchParams,
  kind: OptionsKind,
  { userAgent, apply }: { readonly userAgent: string; readonly apply: boolean },
): WriteOptions {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const manager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  const force = query.get('force');
  const errors = [
    ...dryRunErrors(dryRun),
    ...managerErrors(manager, apply),
    ...forceErrors(force, kind, apply),
    ...validationErrors(validation),
  ];
  if (errors.length > 0) throw optionsError(kind, errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: manager === '' ? (userAgent.split('/')[0] ?? '').slice(0, 128) : manager,
    fieldValidation: (validation === '' ? 'Warn' : validation) as WriteOptions['fieldValidation'],
    force: isTrue(force),
  };
}

/** 422 on the options themselves. */
export function optionsError(
  kind: OptionsKind | 'ListOptions',
  errors: readonly FieldError[],
): Error {
  return invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

/** A boolean of a query: `true`, `1`, and a name without a value. */
export function isTrue(value: string | null): boolean {
  return value !== null && !['false', '0', 'f', 'F', 'False', 'FALSE'].includes(value);
}

/** Complaints about `dryRun`. */
export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === 'All')) return [];
  return [error('notSupported', 'dryRun', values, 'supported values: "All"')];
}

function forceErrors(force: string | null, kind: OptionsKind, apply: boolean): FieldError[] {
  if (force === null || force === '' || apply || kind !== 'PatchOptions') return [];
  return [error('forbidden', 'force', undefined, 'may not be specified for non-apply patch')];
}

function managerErrors(manager: string, apply: boolean): FieldError[] {
  if (manager === '' && apply)
    return [error('required', 'fieldManager', undefined, 'is required for apply patch')];
  if (manager.length > 128)
    return [error('tooLong', 'fieldManager', manager, 'may not be more than 128 bytes')];
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(manager)
    ? []
    : [error('invalid', 'fieldManager', manager, 'should only contain printable characters')];
}

function validationErrors(value: string): FieldError[] {
  return ['', 'Ignore', 'Warn', 'Strict'].includes(value)
    ? []
    : [
        error(
          'notSupported',
          'fieldValidation',
          value,
          'supported values: "Ignore", "Strict", "Warn"',
        ),
      ];
}

function error(
  type: FieldError['type'],
  field: string,
  value: unknown,
  detail: string,
): FieldError {
  return { type, field, value, detail };
}
