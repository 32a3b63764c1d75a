import type { Clock } from '../../base/index.ts';

/** A set of keys waiting to be worked on, each at most once at a time. */
export interface Queue {
  /** Adds a key; one that is being worked on comes again when that work is done. */
  add(key: string): void;
  /** Adds it after a while; an earlier `add` of the same key does not cancel it. */
  addAfter(key: string, ms: number): void;
  /** Adds it after the backoff that its failures in a row ask for. */
  retry(key: string): void;
  /** Forgets a key's failures and pending wait. */
  forget(key: string): void;
  /** Works on keys until the signal aborts; resolves when running work has ended. */
  run(work: (key: string) => Promise<void>): Promise<void>;
  readonly length: number;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly workers?: number;
  /** First wait after a failure, doubled up to `maxBackoffMs`. */
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
}

interface State {
  readonly waiting: Set<string>;
  readonly working: Set<string>;
  readonly again: Set<string>;
  readonly failures: Map<string, number>;
  readonly timers: Map<string, AbortController>;
  wake: () => void;
}

/** One entry per key, per-key backoff, several workers. Keys are worked on in the order they came. */
export function createQueue(options: QueueOptions): Queue {
  const { clock, signal, workers = 4, minBackoffMs = 100, maxBackoffMs = 300_000 } = options;
  const state: State = {
    waiting: new Set(),
    working: new Set(),
    again: new Set(),
    failures: new Map(),
    timers: new Map(),
    wake: () => {},
  };
  const add = (key: string): void => {
    if (state.working.has(key)) state.again.add(key);
    else state.waiting.add(key);
    state.wake();
  };
  const addAfter = (key: string, ms: number): void => {
    state.timers.get(key)?.abort();
    const stop = new AbortController();
    state.timers.set(key, stop);
    clock.sleep(ms, AbortSignal.any([signal, stop.signal])).then(
      () => {
        state.timers.delete(key);
        add(key);
      },
      () => {},
    );
  };
  return {
    add,
    addAfter,
    retry(key) {
      const failures = state.failures.get(key) ?? 0;
      state.failures.set(key, failures + 1);
      addAfter(key, Math.min(minBackoffMs * 2 ** failures, maxBackoffMs));
    },
    forget(key) {
      state.failures.delete(key);
      state.timers.get(key)?.abort();
      state.timers.delete(key);
    },
    async run(work) {
      await Promise.all(Array.from({ length: workers }, () => worker(state, signal, work)));
    },
    get length() {
      return state.waiting.size;
    },
  };
}

async function worker(
  state: State,
  signal: AbortSignal,
  work: (key: string) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const [key] = state.waiting;
    if (key === undefined) {
      await somethingToDo(state, signal);
      continue;
    }
    state.waiting.delete(key);
    state.working.add(key);
    try {
      await work(key);
    } finally {
      state.working.delete(key);
      if (state.again.delete(key)) state.waiting.add(key);
    }
  }
}

function somethingToDo(state: State, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const before = state.wake;
    const go = (): void => {
      signal.removeEventListener('abort', go);
      state.wake = () => {};
      resolve();
      before();
    };
    state.wake = go;
    signal.addEventListener('abort', go, { once: true });
  });
}
