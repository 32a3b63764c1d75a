import { close, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Flushes one file off the event loop, many writes at once: whoever waits while a flush runs shares
 * the next one. After a failed flush nothing is promised any more: the kernel may have dropped the
 * pages, so a second attempt that succeeds would prove nothing.
 */
export class GroupSync {
  readonly #descriptor: number;
  readonly #hooks: FlushHooks;
  #written = 0;
  #done = 0;
  #running = false;
  #failed: Error | undefined;
  #waiting: Waiter[] = [];

  constructor(descriptor: number, hooks: FlushHooks) {
    this.#descriptor = descriptor;
    this.#hooks = hooks;
  }

  /** Tells that something up to `revision` was written. */
  wrote(revision: number): void {
    this.#written = revision;
    this.#start();
  }

  /** Resolves when `revision` is safe; rejects when the disk failed. */
  safe(revision: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ revision: Math.min(revision, this.#written), resolve, reject });
      this.#settle();
    });
  }

  /** Nothing that is not safe yet will ever be. */
  fail(error: Error): void {
    this.#failed ??= error;
    this.#settle();
  }

  async close(): Promise<void> {
    if (this.#written > this.#done && !this.#failed) await this.safe(this.#written).catch(() => {});
    await promisify(close)(this.#descriptor);
  }

  #start(): void {
    if (this.#running || this.#failed || this.#written <= this.#done) return;
    this.#running = true;
    // A turn later, so that everybody who writes in this one takes part.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    const upTo = this.#written;
    try {
      this.#hooks.beforeFlush();
    } catch (thrown) {
      this.#running = false;
      this.fail(thrown instanceof Error ? thrown : new Error(String(thrown)));
      return;
    }
    fdatasync(this.#descriptor, (error) => {
      this.#running = false;
      if (error) this.#failed = error;
      else {
        this.#done = upTo;
        this.#hooks.onSafe(upTo);
      }
      this.#settle();
      this.#start();
    });
  }

  #settle(): void {
    const rest: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (this.#failed) waiter.reject(this.#failed);
      else if (waiter.revision <= this.#done) waiter.resolve();
      else rest.push(waiter);
    }
    this.#waiting = rest;
  }
}

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a flush is part of. */
export interface FlushHooks {
  /** Hands everything written so far to the file. */
  beforeFlush(): void;
  /** Hears each revision that became safe, before anyone who waits for it. */
  onSafe(revision: number): void;
}

/** Opens the file to flush. */
export async function openGroupSync(file: string, hooks: FlushHooks): Promise<GroupSync> {
  return new GroupSync(await promisify(open)(file, 'r+'), hooks);
}
