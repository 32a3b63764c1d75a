import type { DatabaseSync } from 'node:sqlite';
import { KnownError, messageOf, type Clock, type KubeObject } from '../../../base/index.ts';
import { openGroupSync, type GroupSync } from './group-sync.ts';
import { openDatabase, prepare, rowType, type LogRow, type Statements } from './schema.ts';
import { snapshot } from './snapshot.ts';
import { atRevision, storedOf, textOf } from './stored-text.ts';
import {
  CompactedError,
  RevisionError,
  type ListRange,
  type Store,
  type StoreEvent,
  type StoreList,
  type Stored,
  type WatchOptions,
} from './store.ts';

/** How much of the past is kept for watches and paged lists. */
export interface Retention {
  readonly revisions: number;
  readonly ms: number;
}

interface Watcher extends WatchOptions {
  told: number;
}

const defaultRetention: Retention = { revisions: 10_000, ms: 5 * 60_000 };

/** Opens (or creates) a store in one SQLite file; `:memory:` keeps nothing. */
export async function openSqliteStore(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly retention?: Retention;
}): Promise<Store> {
  const database = openDatabase(options.path);
  const store = new SqliteStore(database, options.clock, options.retention ?? defaultRetention);
  if (options.path !== ':memory:') await store.syncTo(`${options.path}-wal`);
  return store;
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #sql: Statements;
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #watchers = new Set<Watcher>();
  readonly #early = new Set<WatchOptions>();
  #sync: GroupSync | undefined;
  #unsafe: StoreEvent[] = [];
  #failed: Error | undefined;
  #closed: Promise<void> | undefined;
  published: number;
  #mark: { revision: number; at: number };
  revision: number;
  compacted: number;

  constructor(database: DatabaseSync, clock: Clock, retention: Retention) {
    this.#database = database;
    this.#sql = prepare(database);
    this.#clock = clock;
    this.#retention = retention;
    this.compacted = this.#number("SELECT value AS n FROM meta WHERE name = 'compacted'");
    this.revision = Math.max(this.compacted, this.#number('SELECT max(rev) AS n FROM log'));
    this.published = this.revision;
    this.#mark = { revision: this.revision, at: clock.now().getTime() };
  }

  async syncTo(file: string): Promise<void> {
    // The log file exists only once something was written.
    this.#sql.setMeta.run('format', 1);
    this.#sync = await openGroupSync(file, {
      beforeFlush: () => this.#commit(),
      onSafe: (revision) => this.#publish(revision),
    });
  }

  get(key: string): Stored | undefined {
    const row = this.#sql.get.get(key) as { rev: number; value: string } | undefined;
    return row && storedOf(key, row.rev, row.value);
  }

  list(prefix: string, range: ListRange = {}): StoreList {
    const at = range.at ?? this.revision;
    if (at < this.compacted) throw new CompactedError(`revision ${at} has been compacted`);
    const limit = range.limit ?? -1;
    const span = { start: range.after ?? prefix, end: endOf(prefix) };
    if (at < this.revision) return snapshot(this.#sql, { ...span, at, limit });
    const rows = this.#sql.list.all(span.start, span.end, limit) as unknown as LogRow[];
    const items = rows.map((row) => storedOf(row.key, row.rev, row.value));
    const last = items.at(-1);
    const full = last !== undefined && items.length === limit;
    return {
      items,
      revision: at,
      remaining: full ? this.#count(last.key, span.end) : 0,
    };
  }

  count(prefix: string): number {
    return this.#count(prefix, endOf(prefix));
  }

  put(key: string, object: KubeObject, expect: number): Stored {
    const previous = this.#expected(key, expect);
    const revision = this.revision + 1;
    const stored = storedOf(key, revision, textOf(object, revision));
    const type = previous ? 'modified' : 'added';
    this.#transaction(() => {
      this.#sql.insert.run(revision, expect, rowType[type], key, stored.text);
      this.#sql.point.run(key, revision);
      if (previous) this.#sql.succeed.run(revision, expect);
    });
    this.#wrote({ type, stored, previous: () => previous });
    return stored;
  }

  remove(key: string, expect: number): Stored {
    const previous = this.#expected(key, expect);
    if (!previous) throw new RevisionError(`${key} is not there`);
    const revision = this.revision + 1;
    const stored = atRevision(previous, revision);
    this.#transaction(() => {
      this.#sql.insert.run(revision, expect, rowType.deleted, key, '');
      this.#sql.forget.run(key);
      this.#sql.succeed.run(revision, expect);
    });
    this.#wrote({ type: 'deleted', stored, previous: () => previous });
    return stored;
  }

  durable(revision: number = this.revision): Promise<void> {
    return this.#sync ? this.#sync.safe(revision) : Promise.resolve();
  }

  watch(options: WatchOptions): () => void {
    if (options.early) {
      this.#early.add(options);
      return () => this.#early.delete(options);
    }
    if (options.since < this.compacted)
      throw new CompactedError(`revision ${options.since} has been compacted`);
    const watcher: Watcher = { ...options, told: Math.max(options.since, this.published) };
    const rows = this.#sql.since.all(
      options.since,
      this.published,
      options.prefix,
      endOf(options.prefix),
    ) as unknown as LogRow[];
    for (const row of rows) options.onEvent(this.#eventOf(row));
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (!this.#failed) this.#commit();
    await this.#sync?.close();
    this.#watchers.clear();
    // Whoever wrote meanwhile was promised nothing, but may well find it there.
    if (!this.#failed) this.#commit();
    this.#database.close();
  }

  #expected(key: string, expect: number): Stored | undefined {
    const previous = this.get(key);
    if ((previous?.revision ?? 0) !== expect)
      throw new RevisionError(`${key} is at ${previous?.revision ?? 0}, not at ${expect}`);
    return previous;
  }

  #wrote(event: StoreEvent): void {
    this.revision = event.stored.revision;
    this.#unsafe.push(event);
    for (const { prefix, onEvent } of this.#early)
      if (event.stored.key.startsWith(prefix)) onEvent(event);
    if (this.#sync) this.#sync.wrote(this.revision);
    else if (this.#unsafe.length === 1) queueMicrotask(() => this.#publish(this.revision));
    this.#compactIfDue();
  }

  /** Tells the watchers of what has become safe. */
  #publish(upTo: number): void {
    // A write that came while the store was closing: nobody is left to tell.
    if (!this.#database.isOpen) return;
    if (!this.#sync) this.#commit();
    this.published = upTo;
    const events = this.#unsafe.filter((event) => event.stored.revision <= upTo);
    this.#unsafe = this.#unsafe.slice(events.length);
    for (const watcher of this.#watchers) {
      for (const event of events) tell(watcher, event);
      watcher.told = Math.max(watcher.told, upTo);
    }
  }

  #eventOf(row: LogRow): StoreEvent {
    const previous = (): Stored | undefined => {
      const old = row.prev === 0 ? undefined : (this.#sql.row.get(row.prev) as unknown as LogRow);
      return old && storedOf(row.key, old.rev, old.value);
    };
    if (row.type !== rowType.deleted) {
      const type = row.type === rowType.added ? 'added' : 'modified';
      return { type, stored: storedOf(row.key, row.rev, row.value), previous };
    }
    const last = previous() ?? storedOf(row.key, row.rev, '{"metadata":{}}');
    return { type: 'deleted', stored: atRevision(last, row.rev), previous };
  }

  #compactIfDue(): void {
    const now = this.#clock.now().getTime();
    const tooMany = this.revision - this.compacted > this.#retention.revisions * 1.1;
    if (tooMany) this.#compact(this.revision - this.#retention.revisions);
    if (now - this.#mark.at < this.#retention.ms) return;
    this.#compact(this.#mark.revision);
    this.#mark = { revision: this.revision, at: now };
  }

  #compact(revision: number): void {
    if (revision <= this.compacted) return;
    this.#transaction(() => {
      this.#sql.compact.run(revision);
      this.#sql.setMeta.run('compacted', revision);
    });
    this.compacted = revision;
  }

  /**
   * All writes until the next flush are one transaction: sqlite then writes each page once for all of
   * them. Nobody is told of a write before it is committed and flushed. A write that fails takes the
   * others of its transaction with it, so after that nothing is promised any more.
   */
  #transaction(work: () => void): void {
    if (this.#failed) throw this.#failed;
    if (!this.#database.isTransaction) this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
    } catch (thrown) {
      throw this.#fail(thrown);
    }
  }

  #commit(): void {
    if (this.#failed) throw this.#failed;
    if (!this.#database.isTransaction) return;
    try {
      this.#database.exec('COMMIT');
    } catch (thrown) {
      throw this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): Error {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    const cause = { cause: thrown };
    this.#failed = new KnownError(
      'failed',
      `the store cannot be written: ${messageOf(thrown)}`,
      cause,
    );
    this.#sync?.fail(this.#failed);
    return this.#failed;
  }

  #count(start: string, end: string): number {
    return (this.#sql.count.get(start, end) as { n: number }).n;
  }

  #number(sql: string): number {
    const row = this.#database.prepare(sql).get() as { n: number | null } | undefined;
    return row?.n ?? 0;
  }
}

function tell(watcher: Watcher, event: StoreEvent): void {
  const { key, revision } = event.stored;
  if (revision > watcher.told && key.startsWith(watcher.prefix)) watcher.onEvent(event);
}

/** The first key after everything that begins with the prefix. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}
