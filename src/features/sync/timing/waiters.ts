/** Callers that wait for the next time something is done. */
export interface Waiters<T> {
  add(): Promise<T>;
  /** The callers so far; those that come later wait for the next time. */
  take(): Settle<T>;
  /** Rejects all that still wait. */
  reject(reason: unknown): void;
}

interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export function createWaiters<T>(): Waiters<T> {
  let waiting: Array<Settle<T>> = [];
  const take = (): Settle<T> => {
    const taken = waiting;
    waiting = [];
    return {
      resolve: (value) => taken.forEach((each) => each.resolve(value)),
      reject: (reason) => taken.forEach((each) => each.reject(reason)),
    };
  };
  return {
    add: () => new Promise<T>((resolve, reject) => waiting.push({ resolve, reject })),
    take,
    reject: (reason) => take().reject(reason),
  };
}
