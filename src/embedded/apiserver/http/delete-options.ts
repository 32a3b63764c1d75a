import type { ApiRequest } from './api-request.ts';
import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { readBody } from './body.ts';
import { badRequest } from './status-error.ts';
import { dryRunErrors, optionsError } from './write-options.ts';

/** How an object is to be deleted. */
export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun: boolean;
}

/** Reads them from the body, or from the query when the body is empty. */
export async function deleteOptions(
  request: ApiRequest,
  query: URLSearchParams,
): Promise<DeleteOptions> {
  const { value } = await readBody(request);
  if (value !== undefined && !isRecord(value))
    throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  const given = value && Object.keys(value).length > 0 ? value : fromQuery(query);
  return checked(given);
}

function fromQuery(query: URLSearchParams): JsonRecord {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const orphan = query.get('orphanDependents');
  return {
    ...(grace === null || grace === '' ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null || policy === '' ? {} : { propagationPolicy: policy }),
    ...(orphan === null || orphan === '' ? {} : { orphanDependents: orphan === 'true' }),
    dryRun: query.getAll('dryRun').filter((each) => each !== ''),
  };
}

function checked(given: JsonRecord): DeleteOptions {
  const dryRun = Array.isArray(given['dryRun']) ? given['dryRun'].map(String) : [];
  const policy = policyOf(given);
  const errors = dryRunErrors(dryRun);
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy))
    errors.push({
      type: 'notSupported',
      field: 'propagationPolicy',
      value: policy,
      detail: 'supported values: "Foreground", "Background", "Orphan", "nil"',
    });
  if (errors.length > 0) throw optionsError('DeleteOptions', errors);
  const preconditions = isRecord(given['preconditions']) ? given['preconditions'] : {};
  const grace = given['gracePeriodSeconds'];
  return {
    gracePeriodSeconds: typeof grace === 'number' && Number.isFinite(grace) ? grace : undefined,
    propagationPolicy: policy as DeleteOptions['propagationPolicy'],
    preconditions: preconditions as DeleteOptions['preconditions'],
    dryRun: dryRun.length > 0,
  };
}

function policyOf(given: JsonRecord): string | undefined {
  if (typeof given['propagationPolicy'] === 'string') return given['propagationPolicy'];
  if (typeof given['orphanDependents'] !== 'boolean') return undefined;
  return given['orphanDependents'] ? 'Orphan' : 'Background';
}
