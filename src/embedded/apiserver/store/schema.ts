import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { KnownError, messageOf } from '../../../base/index.ts';

// Every version of every object is one row of `log`; `current` points at the newest of each key. A row
// knows its predecessor (what a watch compares with) and its successor (what compaction needs).
const tables = `
CREATE TABLE IF NOT EXISTS log(
  rev INTEGER PRIMARY KEY, prev INTEGER NOT NULL, next INTEGER, type INTEGER NOT NULL,
  key TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS current(key TEXT PRIMARY KEY, rev INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Numbers of the `type` column. */
export const rowType = { added: 0, modified: 1, deleted: 2 } as const;

/** Columns of a `log` row; a deletion's value is empty (its predecessor has it). */
export interface LogRow {
  rev: number;
  prev: number;
  type: number;
  key: string;
  value: string;
}

/** The prepared statements of the store. */
export interface Statements {
  readonly get: StatementSync;
  readonly list: StatementSync;
  readonly count: StatementSync;
  readonly insert: StatementSync;
  readonly succeed: StatementSync;
  readonly point: StatementSync;
  readonly forget: StatementSync;
  readonly since: StatementSync;
  readonly row: StatementSync;
  readonly changedKeys: StatementSync;
  readonly compact: StatementSync;
  readonly setMeta: StatementSync;
}

/** Opens the file (or `:memory:`), locked against a second process. */
export function openDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=8192;');
    // Commits are flushed by group-sync.ts; NORMAL still makes sqlite flush around its checkpoints.
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4096;');
    // A checkpoint flushes on this thread: few and larger ones keep most writes quick (32 MiB of log).
    database.exec('PRAGMA wal_autocheckpoint=4096;');
    database.exec(tables);
    return database;
  } catch (thrown) {
    const message = messageOf(thrown);
    if (message.includes('locked'))
      throw new KnownError('exists', `${path} is in use by another process: stop it first`);
    throw new KnownError('failed', `cannot open the store ${path}: ${message}`, { cause: thrown });
  }
}

/** Prepares what the store runs. */
export function prepare(database: DatabaseSync): Statements {
  const of = (sql: string): StatementSync => database.prepare(sql);
  return {
    get: of('SELECT l.rev, l.value FROM current c JOIN log l ON l.rev = c.rev WHERE c.key = ?'),
    list: of(
      'SELECT c.key, l.rev, l.value FROM current c JOIN log l ON l.rev = c.rev ' +
        'WHERE c.key > ? AND c.key < ? ORDER BY c.key LIMIT ?',
    ),
    count: of('SELECT count(*) AS n FROM current WHERE key > ? AND key < ?'),
    insert: of('INSERT INTO log(rev, prev, type, key, value) VALUES (?, ?, ?, ?, ?)'),
    succeed: of('UPDATE log SET next = ? WHERE rev = ?'),
    point: of(
      'INSERT INTO current(key, rev) VALUES (?, ?) ON CONFLICT DO UPDATE SET rev = excluded.rev',
    ),
    forget: of('DELETE FROM current WHERE key = ?'),
    since: of(
      'SELECT rev, prev, type, key, value FROM log WHERE rev > ? AND rev <= ? AND key > ? AND key < ? ORDER BY rev',
    ),
    row: of('SELECT rev, prev, type, key, value FROM log WHERE rev = ?'),
    changedKeys: of(
      'SELECT key, min(rev) AS rev, prev FROM log WHERE rev > ? AND key > ? AND key < ? GROUP BY key',
    ),
    compact: of('DELETE FROM log WHERE rev <= ?1 AND (next <= ?1 OR type = 2)'),
    setMeta: of(
      'INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
  };
}
