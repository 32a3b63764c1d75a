import type { SyncReport } from './state-object.ts';
import type { PassResult } from './sync-pass.ts';

/** Why a repository could not be fetched, or not be synced at all. */
export interface Failure {
  readonly state: 'unreachable' | 'failing';
  readonly message: string;
}

/** How a repository is doing, from what its loop knows; the caller adds the time. */
export function reportOf(
  head: string | undefined,
  applied: string | undefined,
  result: PassResult | undefined,
  failure: Failure | undefined,
): SyncReport {
  const problems = result?.problems ?? [];
  const common = {
    head: head ?? '',
    revision: applied ?? '',
    syncedAt: '',
    objects: result?.objects ?? 0,
    problems,
  };
  if (failure !== undefined) return { ...common, ...failure };
  if (result === undefined) return { ...common, state: 'waiting', message: '' };
  const message = problems.length === 0 ? '' : `${problems.length} problems`;
  return { ...common, state: problems.length === 0 ? 'synced' : 'failing', message };
}
