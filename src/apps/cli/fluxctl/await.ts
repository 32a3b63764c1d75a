import { KnownError } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import type { FluxClient } from './flux-client.ts';

/** A job's state as the API gives it. */
export interface JobStatus<R = unknown> {
  readonly Result: { readonly revision?: string; readonly result?: R };
  readonly Err: string;
  readonly StatusString: string;
}

interface Pace {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly limitMs: number;
}

/** Asks again and again, ever more slowly, until there is an answer; undefined when the time is over. */
async function poll<T>(
  io: CliIo,
  pace: Pace,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = io.clock.now().getTime() + pace.limitMs;
  for (let waitMs = pace.firstMs; ; waitMs = Math.min(waitMs * 2, pace.mostMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (io.clock.now().getTime() + waitMs > end) return undefined;
    await io.clock.sleep(waitMs, io.signal);
  }
}

/** Waits for a job to end. Throws what it failed with, or that its outcome is not known. */
export async function awaitJob<R>(
  client: FluxClient,
  id: string,
  io: CliIo,
  limitMs: number,
): Promise<JobStatus<R>> {
  const pace = { firstMs: 20, mostMs: 5000, limitMs };
  const done = await poll(io, pace, async () => {
    const status = await client.get<JobStatus<R>>('v6/jobs', { id });
    return ['succeeded', 'failed'].includes(status.StatusString) ? status : undefined;
  });
  if (done === undefined) {
    throw new KnownError(
      'timeout',
      'timeout\n\nWe timed out waiting for the result of the operation. This does not\n' +
        'necessarily mean it has failed. You can check the state of the\n' +
        'cluster, or commit logs, to see if there was a result. In general, it\n' +
        'is safe to retry operations.',
    );
  }
  if (done.StatusString === 'failed') throw new KnownError('failed', done.Err);
  return done;
}

/** Waits until a revision is applied; false when the time is over before. */
export async function awaitSync(
  client: FluxClient,
  revision: string,
  io: CliIo,
  limitMs: number,
): Promise<boolean> {
  const pace = { firstMs: 20, mostMs: 5000, limitMs };
  const done = await poll(io, pace, async () => {
    const pending = await client.get<string[] | null>('v6/sync', { ref: revision });
    return (pending ?? []).length === 0 ? true : undefined;
  });
  return done ?? false;
}
