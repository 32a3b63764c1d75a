import { parseImage } from '../../../lib/oci/index.ts';
import type { CliIo } from '../io.ts';
import { awaitJob, awaitSync } from './await.ts';
import type { FluxClient } from './flux-client.ts';
import { tabulate } from './tabwriter.ts';

/** What a job did, by workload, as the API gives it. */
export type JobResult = Readonly<
  Record<
    string,
    {
      readonly Status: string;
      readonly Error?: string;
      readonly PerContainer?: ReadonlyArray<{
        readonly Container: string;
        readonly Current: string;
        readonly Target: string;
      }> | null;
    }
  >
>;

export interface FollowHow {
  readonly verbosity: number;
  readonly limitMs: number;
  /** Wait until the commit is applied, too. */
  readonly isApplied: boolean;
}

const slow = `
The operation succeeded, but we timed out waiting for the commit to be
applied. This does not necessarily mean there is a problem. Use

    fluxctl sync

to run a sync interactively.
`;

/** Waits for a job and prints what it did, as fluxctl does; the workloads that it changed. */
export async function followJob(
  client: FluxClient,
  id: string,
  io: CliIo,
  how: FollowHow,
): Promise<readonly string[]> {
  const { Result } = await awaitJob<JobResult>(client, id, io, how.limitMs);
  const { revision = '', result } = Result;
  if (result !== undefined) io.stdout.write(resultTable(result, how.verbosity));
  if (revision !== '') io.stderr.write(`Commit pushed:\t${revision.slice(0, 7)}\n`);
  if (result === undefined) {
    io.stderr.write('Nothing to do\n');
    return [];
  }
  const done = sortedEntries(result).filter(([, { Status }]) => Status === 'success');
  const ids = done.map(([id]) => id);
  if (!how.isApplied || revision === '') return ids;
  const isApplied = await awaitSync(client, revision, io, how.limitMs);
  io.stderr.write(isApplied ? `Commit applied:\t${revision.slice(0, 7)}\n` : slow);
  return ids;
}

/** The table of results: skipped workloads from verbosity 1, ignored ones from 2. */
export function resultTable(result: JobResult, verbosity: number): string {
  const rows = [['WORKLOAD ', 'STATUS ', 'UPDATES']];
  for (const [id, { Status, Error = '', PerContainer }] of sortedEntries(result)) {
    if (Status === 'ignored' && verbosity < 2) continue;
    if (Status === 'skipped' && verbosity < 1) continue;
    const updates = (PerContainer ?? []).map(
      ({ Container, Current, Target }) =>
        `${Container}: ${Current} -> ${parseImage(Target).tag ?? ''}`,
    );
    const [first = '', ...others] = [...(Error === '' ? [] : [Error]), ...updates];
    rows.push([id, Status, first], ...others.map((line) => ['', '', line]));
  }
  return tabulate(rows);
}

function sortedEntries(result: JobResult): Array<[string, JobResult[string]]> {
  return Object.entries(result).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
