import { close, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';

/** Makes writes safe on disk, many at once: whoever waits while a flush runs shares the next one. */
export interface GroupSync {
  /** Tells that something up to `revision` was written. */
  wrote(revision: number): void;
  /** Resolves when `revision` is safe; rejects when the disk failed. */
  safe(revision: number): Promise<void>;
  close(): Promise<void>;
}

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Flushes one file off the event loop. `onSafe` hears each revision that became safe, in order and
 * before anyone who waits for it. After a failed flush nothing is promised any more: the kernel may
 * have dropped the pages, so a second attempt that succeeds would prove nothing.
 */
export async function openGroupSync(
  file: string,
  onSafe: (revision: number) => void,
): Promise<GroupSync> {
  const descriptor = await promisify(open)(file, 'r+');
  let written = 0;
  let done = 0;
  let running = false;
  let failed: Error | undefined;
  let waiting: Waiter[] = [];

  const settle = (): void => {
    const rest: Waiter[] = [];
    for (const waiter of waiting) {
      if (failed) waiter.reject(failed);
      else if (waiter.revision <= done) waiter.resolve();
      else rest.push(waiter);
    }
    waiting = rest;
  };
  const flush = (): void => {
    const upTo = written;
    fdatasync(descriptor, (error) => {
      running = false;
      if (error) failed = error;
      else {
        done = upTo;
        onSafe(upTo);
      }
      settle();
      start();
    });
  };
  const start = (): void => {
    if (running || failed || written <= done) return;
    running = true;
    setImmediate(flush);
  };
  const sync: GroupSync = {
    wrote(revision) {
      written = revision;
      start();
    },
    safe: (revision) =>
      new Promise((resolve, reject) => {
        waiting.push({ revision, resolve, reject });
        settle();
      }),
    async close() {
      if (written > done && !failed) await sync.safe(written).catch(() => {});
      await promisify(close)(descriptor);
    },
  };
  return sync;
}
