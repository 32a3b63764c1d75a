import { KnownError, messageOf, type Clock, type Logger, type Run } from '../../base/index.ts';
import { createQueue } from '../../lib/controller/index.ts';

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Keys that may be worked on at the same time; one key never is twice. */
  readonly workers?: number;
  /**
   * Brings one key to what it should be. Looks first: it may be called for no reason. A number is the
   * milliseconds after which to look again though nothing has changed.
   */
  reconcile(key: string, run: Run): Promise<number | undefined>;
}

/** A control loop: its keys are worked on one at a time each, with backoff after failures. */
export interface Loop {
  /** Looks at the key at once; when it is being worked on, once more after. */
  enqueue(key: string): void;
  /** Resolves after the signal, when no work is left in hand. */
  readonly done: Promise<void>;
}

/** Starts a loop. */
export function createLoop(options: LoopOptions): Loop {
  const { name, clock, signal, reconcile, workers = 4 } = options;
  const log = options.log.with({ component: name });
  const failures = new Map<string, number>();
  const queue = createQueue({ clock, signal, workers, minBackoffMs: 5, maxBackoffMs: 30_000 });
  const done = queue.run(async (key) => {
    try {
      const againMs = await reconcile(key, { signal, log, clock });
      failures.delete(key);
      queue.forget(key);
      if (againMs !== undefined) queue.addAfter(key, againMs);
    } catch (thrown) {
      if (signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      report(log, key, thrown, count);
      queue.retry(key);
    }
  });
  return { enqueue: queue.add, done };
}

/** A conflict is the everyday case of optimistic locking, and is not worth a line the first times. */
function report(log: Logger, key: string, thrown: unknown, count: number): void {
  if (!(thrown instanceof KnownError)) {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    log.error('unexpected failure', { key, err: messageOf(thrown), stack });
  } else if (thrown.code !== 'conflict' || count > 3) {
    log.warn('will try again', { key, err: thrown.message });
  }
}
