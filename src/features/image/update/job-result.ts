import type { ImageChange } from '../decide.ts';

/** What a job did with one workload, in fluxd's words. */
export interface WorkloadResult {
  readonly Status: 'success' | 'failed' | 'skipped' | 'ignored' | 'unknown';
  readonly Error?: string;
  readonly PerContainer?: ReadonlyArray<{
    readonly Container: string;
    readonly Current: string;
    readonly Target: string;
  }>;
}

/** Results by workload id. */
export type JobResult = Readonly<Record<string, WorkloadResult>>;

/** The results of workloads whose containers change. */
export function changedResult(changes: readonly ImageChange[]): JobResult {
  const ids = [...new Set(changes.map(({ id }) => id))].toSorted();
  return Object.fromEntries(
    ids.map((id) => [
      id,
      {
        Status: 'success',
        PerContainer: changes
          .filter((change) => change.id === id)
          .map(({ container, current, target }) => ({
            Container: container,
            Current: current,
            Target: target,
          })),
      } satisfies WorkloadResult,
    ]),
  );
}
