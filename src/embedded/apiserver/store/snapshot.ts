import type { LogRow, Statements } from './schema.ts';
import { storedOf } from './stored-text.ts';
import type { StoreList, Stored } from './store.ts';

/** Keys between `start` (not included) and `end`, as they stood right after revision `at`. */
export interface SnapshotRange {
  readonly start: string;
  readonly end: string;
  readonly at: number;
  /** -1: all of them. */
  readonly limit: number;
}

/**
 * The past is put together from the present: what has not changed since is still the current version,
 * and the first change after the revision knows what it replaced.
 */
export function snapshot(sql: Statements, range: SnapshotRange): StoreList {
  const { start, end, at, limit } = range;
  const changes = sql.changedKeys.all(at, start, end) as unknown as LogRow[];
  const changed = new Map(changes.map((row) => [row.key, row.prev]));
  const present = sql.list.all(start, end, -1) as unknown as LogRow[];
  const items: Stored[] = present
    .filter((row) => !changed.has(row.key))
    .map((row) => storedOf(row.key, row.rev, row.value));
  for (const [key, revision] of changed) {
    const row = revision === 0 ? undefined : (sql.row.get(revision) as unknown as LogRow);
    if (row) items.push(storedOf(key, row.rev, row.value));
  }
  items.sort((left, right) => (left.key < right.key ? -1 : 1));
  const wanted = limit < 0 ? items : items.slice(0, limit);
  return { items: wanted, revision: at, remaining: items.length - wanted.length };
}
