import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../base/index.ts';
import type { UpdateResult } from '../update/run-update.ts';

/** A job's state as fluxd's API gives it. */
export interface UpdateStatus {
  readonly Result: Partial<UpdateResult>;
  readonly Err: string;
  readonly StatusString: 'running' | 'failed' | 'succeeded';
}

/** Updates that the API started, the last hundred. */
export interface UpdateJobs {
  /** Starts it and gives its id at once, and a promise of its end (which never rejects). */
  start(work: () => Promise<UpdateResult>): { readonly id: string; readonly end: Promise<void> };
  status(id: string): UpdateStatus | undefined;
}

const remembered = 100;

export function createUpdateJobs(): UpdateJobs {
  const known = new Map<string, UpdateStatus>();
  return {
    start(work) {
      const id = randomUUID();
      known.set(id, { Result: {}, Err: '', StatusString: 'running' });
      const [oldest] = known.keys();
      if (known.size > remembered && oldest !== undefined) known.delete(oldest);
      const end = work().then(
        (Result) => void known.set(id, { Result, Err: '', StatusString: 'succeeded' }),
        (thrown: unknown) =>
          void known.set(id, { Result: {}, Err: messageOf(thrown), StatusString: 'failed' }),
      );
      return { id, end };
    },
    status: (id) => known.get(id),
  };
}
