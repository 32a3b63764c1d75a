import { randomUUID } from 'node:crypto';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { SyncMetrics } from '../metrics.ts';

/** A job's state as fluxd's API gives it. */
export interface JobStatus {
  readonly Result: {
    readonly revision?: string;
    readonly spec?: unknown;
    readonly result?: unknown;
  };
  readonly Err: string;
  readonly StatusString: 'queued' | 'running' | 'failed' | 'succeeded';
}

/** How work ended: with a revision, and maybe not as it was asked for. */
export interface JobEnd {
  readonly revision: string;
  readonly err?: string | undefined;
}

/** Work that the API started and that callers ask about by id. */
export interface Jobs {
  /** Starts it and gives its id at once. */
  start(spec: unknown, work: () => Promise<JobEnd>): string;
  /** Throws `KnownError('not-found')` for an id that is not known (any more). */
  status(id: string): JobStatus;
}

const remembered = 100;

/** Keeps the last hundred jobs. */
export function createJobs(
  clock: Clock,
  metrics: Pick<SyncMetrics, 'jobQueued' | 'jobStarted' | 'jobEnded'>,
): Jobs {
  const known = new Map<string, JobStatus>();
  const set = (id: string, status: JobStatus): void => {
    known.set(id, status);
    const [oldest] = known.keys();
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
  };
  return {
    start(spec, work) {
      const id = randomUUID();
      set(id, { Result: {}, Err: '', StatusString: 'running' });
      const start = clock.now().getTime();
      // Nothing waits here: what a job asks for is done in turn by the repository's own loop.
      metrics.jobQueued();
      metrics.jobStarted(0);
      const ended = (success: boolean): void =>
        metrics.jobEnded({ success, seconds: (clock.now().getTime() - start) / 1000 });
      work().then(
        ({ revision, err = '' }) => {
          ended(err === '');
          const Result = { revision, spec, result: {} };
          set(id, { Result, Err: err, StatusString: err === '' ? 'succeeded' : 'failed' });
        },
        (thrown: unknown) => {
          ended(false);
          set(id, { Result: {}, Err: messageOf(thrown), StatusString: 'failed' });
        },
      );
      return id;
    },
    status(id) {
      const found = known.get(id);
      if (found === undefined) throw new KnownError('not-found', `unknown job "${id}"`);
      return found;
    },
  };
}
