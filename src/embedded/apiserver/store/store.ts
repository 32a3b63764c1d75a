import type { KubeObject } from '../../../base/index.ts';

/**
 * One version of an object as it is kept. `text` is its JSON, resourceVersion included, so that an
 * answer can often be put together without parsing.
 */
export interface Stored {
  readonly key: string;
  readonly revision: number;
  readonly text: string;
  /** A fresh copy: the caller may change it. */
  parse(): KubeObject;
}

/** One change. A deletion's `stored` is the last version carrying the revision of the deletion. */
export interface StoreEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly stored: Stored;
  /** The version before; undefined for `added`, or when it has been compacted away. */
  previous(): Stored | undefined;
}

export interface ListRange {
  /** Only keys after this one. */
  readonly after?: string;
  readonly limit?: number;
  /** The state right after this revision; the latest when absent. */
  readonly at?: number;
}

export interface StoreList {
  readonly items: Stored[];
  /** The revision whose state this is. */
  readonly revision: number;
  /** How many keys follow the last item. */
  readonly remaining: number;
}

export interface WatchOptions {
  readonly prefix: string;
  /** Changes after this revision; those already written are handed over before `watch` returns. */
  readonly since: number;
  /** Called in revision order, only with changes that are safe on disk. */
  readonly onEvent: (event: StoreEvent) => void;
  /**
   * Told in the turn of the write, before it is safe, and of nothing that was written before: for what
   * is remembered of the store inside this process, never for what is shown to anybody.
   */
  readonly early?: true;
}

/**
 * Ordered keys, one global revision, a log of changes. Keys are `/<group>/<resource>/<namespace>/<name>`
 * (no namespace part for cluster-scoped kinds), a prefix ends with `/`. Reads and writes are synchronous,
 * so a read followed by a write in the same turn is a transaction; a write is promised to nobody
 * until `durable()` resolves, and watchers hear of it only then.
 */
export interface Store {
  /** Revision of the last write. */
  readonly revision: number;
  /** Every watcher has heard of everything up to this revision. */
  readonly published: number;
  /** Changes up to this revision have been forgotten. */
  readonly compacted: number;
  get(key: string): Stored | undefined;
  /** Throws `CompactedError` for a revision that has been forgotten. */
  list(prefix: string, range?: ListRange): StoreList;
  count(prefix: string): number;
  /**
   * Writes an object, giving it its resourceVersion. `expect` is the revision it replaces, 0 for a
   * new key. Throws `RevisionError` when the key has moved on.
   */
  put(key: string, object: KubeObject, expect: number): Stored;
  /** Removes a key and gives the last version with the revision of the deletion. */
  remove(key: string, expect: number): Stored;
  /** Resolves when everything up to this revision (all that was written so far when absent) survives a crash. */
  durable(revision?: number): Promise<void>;
  /** Gives the function that ends it. Throws `CompactedError` when `since` has been forgotten. */
  watch(options: WatchOptions): () => void;
  close(): Promise<void>;
}

/** The key is not at the revision the writer had seen. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/** The revision asked for has been forgotten. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
}
