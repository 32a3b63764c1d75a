/**
 * Works on items with so many workers at once; each is told its number, which it prints.
 * Resolves when all is done; a thrown error ends the worker and is thrown on.
 */
export async function withWorkers<T>(
  count: number,
  items: readonly T[],
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: Math.max(1, count) }, async (_, worker) => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        await work(item, worker);
      }
    }),
  );
}
