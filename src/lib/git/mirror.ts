import type { Hidden } from '../../base/index.ts';

/** Finds the name and password for a URL; `undefined` means: none known, try without. */
export type Credentials = (
  url: string,
) => Promise<{ readonly username: string; readonly password: Hidden<string> } | undefined>;

/** Files for SSH. Host keys are always checked against `knownHostsFile`; unknown hosts are refused. */
export interface SshKey {
  readonly keyFile: string;
  readonly knownHostsFile: string;
}

/** Who wrote a commit. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface Commit {
  readonly revision: string;
  /** The whole message, without the newline at its end. */
  readonly message: string;
  readonly author: Identity;
  readonly date: Date;
}

/** An entry of a tree: a file (`100644`, `100755`), a symbolic link (`120000`) or a submodule (`160000`). */
export interface TreeFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly sizeBytes: number;
}

/** A file with its content. */
export interface LoadedFile {
  readonly path: string;
  readonly mode: string;
  readonly content: Buffer;
}

/** `content` undefined removes the file. The mode of a file that exists is kept. */
export interface FileChange {
  readonly path: string;
  readonly content: Uint8Array | string | undefined;
}

export interface CommitOptions {
  /** For error texts only: nothing is written to a branch before `push`. */
  readonly branch: string;
  /** Revision the commit stands on; `undefined` makes the first commit of a repository. */
  readonly parent: string | undefined;
  readonly message: string;
  readonly author: Identity;
  /** The author when absent. */
  readonly committer?: Identity;
  readonly changes: readonly FileChange[];
  /** A git note on the new commit, in `refs/notes/<ref>`. Push that ref too. */
  readonly note?: { readonly ref: string; readonly text: string };
}

/** How a commit is signed, by git's own letters: `G` good, `B` bad, `U` of an unknown key, `N` not at all. */
export interface CommitSignature {
  readonly revision: string;
  /** The parent whose branch it continues; undefined for a first commit. */
  readonly parent: string | undefined;
  readonly status: string;
  /** The key's id, `''` when it is not signed. */
  readonly key: string;
  /** Signed by a key of the keyring that is good now. */
  readonly isGood: boolean;
}

/** How much may be read at once; more is a `KnownError('too-large')`. */
export interface Budgets {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Notes of one ref (`flux` is `refs/notes/flux`), as they were at the last fetch. */
export interface Notes {
  /** The note on a revision. */
  read(revision: string): Promise<string | undefined>;
  /** The notes on these revisions: revision → text. */
  readSome(revisions: readonly string[]): Promise<Map<string, string>>;
  /** Every note: revision → text. */
  readAll(): Promise<Map<string, string>>;
  /** Writes a note here, replacing the one that was there; push `refs/notes/<ref>` to publish it. */
  append(note: {
    readonly revision: string;
    readonly text: string;
    readonly author: Identity;
  }): Promise<void>;
}

/**
 * A bare copy of a remote repository on disk. Everything but `fetch`, `push` and `tag` works on what
 * the last fetch brought, with no network. Network failures are KnownErrors: `unreachable`,
 * `denied`, `not-found`, `timeout`; their texts carry the safe URL and never a password.
 */
export interface Mirror {
  /** As given, without password. */
  readonly url: string;
  /** Makes the copy on first use; afterwards brings branches, tags and notes up to date, removed ones too. */
  fetch(signal?: AbortSignal): Promise<void>;
  /** Newest revision of a branch; undefined when there is no such branch (or no commit at all). */
  head(branch: string): Promise<string | undefined>;
  /** The commit that a ref, tag or revision names. */
  resolve(ref: string): Promise<string | undefined>;
  /** Files of a revision in the order of their paths; below `paths` when given. */
  files(revision: string, paths?: readonly string[]): Promise<TreeFile[]>;
  /** Content of a file by its object id. */
  read(oid: string): Promise<Buffer>;
  /** Files with content, links to files of the same revision followed, other links and submodules left out. */
  load(options: {
    readonly revision: string;
    readonly paths?: readonly string[];
    readonly budgets?: Partial<Budgets>;
  }): Promise<LoadedFile[]>;
  /** Commits that `to` has and `from` has not, newest first; those touching `paths` when given. */
  log(options: {
    readonly from?: string;
    readonly to: string;
    readonly paths?: readonly string[];
    readonly limit?: number;
  }): Promise<Commit[]>;
  /** Signatures of the commits that `to` has and `from` has not, oldest first. */
  signatures(options: {
    readonly from?: string;
    readonly to: string;
    readonly isFirstParent: boolean;
    readonly limit?: number;
  }): Promise<CommitSignature[]>;
  /** Throws a `KnownError('denied')` unless the tag carries a good signature of the keyring. */
  verifyTag(name: string): Promise<void>;
  /** Stores a commit made from another one without a work tree, and gives its revision. */
  commit(options: CommitOptions): Promise<string>;
  /**
   * Updates refs of the remote, all or none. `from` is a revision or ref, `''` deletes `to`; a ref that moved
   * meanwhile (without `force`) is a `KnownError('conflict')`: fetch and start again.
   */
  push(options: {
    readonly refs: ReadonlyArray<{
      readonly from: string;
      readonly to: string;
      readonly force?: boolean;
    }>;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** Force-pushes an annotated tag. */
  tag(options: {
    readonly name: string;
    readonly revision: string;
    readonly message: string;
    readonly tagger?: Identity;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  notes(ref: string): Notes;
  /** Writes a revision, or one folder of it, to a folder that does not exist or is empty. */
  export(options: {
    readonly revision: string;
    readonly path?: string;
    readonly dir: string;
    readonly budgets?: Partial<Budgets>;
  }): Promise<void>;
  /** What a folder that was exported has become: changed and new files (`.gitignore` counts), and removed ones. */
  changesIn(options: { readonly revision: string; readonly dir: string }): Promise<FileChange[]>;
  /** Ends the reading process; the next read starts another. */
  close(): Promise<void>;
}
