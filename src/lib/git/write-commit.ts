import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, invalid } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { GitProgram } from './git-program.ts';
import type { CommitOptions, FileChange, Identity } from './mirror.ts';
import type { ObjectReader } from './object-reader.ts';
import { signedCommit } from './sign/sign.ts';
import { insidePath, oidOf } from './tree.ts';

/** Variables that say who did it and when; times are UTC. */
export function identityEnv(
  author: Identity,
  committer: Identity,
  clock: Clock,
): Record<string, string> {
  const date = `${Math.floor(clock.now().getTime() / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: plain(author.name),
    GIT_AUTHOR_EMAIL: plain(author.email),
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: plain(committer.name),
    GIT_COMMITTER_EMAIL: plain(committer.email),
    GIT_COMMITTER_DATE: date,
  };
}

/** What git drops from names anyway; an empty name would make it refuse. */
function plain(text: string): string {
  const clean = text.replaceAll(/[<>\u0000-\u001f]/g, '').trim();
  return clean === '' ? 'unknown' : clean;
}

/** Where objects are written, and how they are signed. */
export interface ObjectStore {
  readonly git: GitProgram;
  readonly gitDir: string;
  readonly reader: ObjectReader;
  /** Gives the signature of a text. */
  readonly sign?: (text: string) => Promise<string>;
}

/** Stores a commit through an index of its own; nothing points at it yet. */
export async function writeCommit(at: ObjectStore, options: CommitOptions): Promise<string> {
  const { git, gitDir, reader } = at;
  const parent = options.parent === undefined ? undefined : oidOf(options.parent);
  const index = join(gitDir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    const [lines, before] = await Promise.all([
      indexLines(git, gitDir, { parent, changes: options.changes }),
      parent === undefined ? undefined : reader.read(`${parent}^{tree}`),
      parent === undefined ? undefined : git.run({ gitDir, env, args: ['read-tree', parent] }),
    ]);
    await git.run({ gitDir, env, args: ['update-index', '-z', '--index-info'], input: lines });
    const tree = text(await git.run({ gitDir, env, args: ['write-tree'] }));
    if (before?.oid === tree) {
      throw new KnownError('invalid', `no changes made in repo on branch ${options.branch}`);
    }
    return await signed(at, await commitTree(git, gitDir, { tree, parent, options }));
  } finally {
    await rm(index, { force: true });
  }
}

async function commitTree(
  git: GitProgram,
  gitDir: string,
  from: { tree: string; parent: string | undefined; options: CommitOptions },
): Promise<string> {
  const { author, committer = author, message } = from.options;
  const parents = from.parent === undefined ? [] : ['-p', from.parent];
  const revision = await git.run({
    gitDir,
    env: identityEnv(author, committer, git.clock),
    args: ['commit-tree', '--no-gpg-sign', ...parents, '-F', '-', from.tree],
    input: message,
  });
  return text(revision);
}

/** The same commit with a signature, which gives it another name. */
async function signed(
  { git, gitDir, reader, sign }: ObjectStore,
  revision: string,
): Promise<string> {
  if (sign === undefined) return revision;
  const commit = await reader.read(revision);
  const plain = commit?.content.toString('utf8') ?? '';
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin'];
  const input = signedCommit(plain, await sign(plain));
  return text(await git.run({ gitDir, args, input }));
}

async function indexLines(
  git: GitProgram,
  gitDir: string,
  { parent, changes }: { parent: string | undefined; changes: readonly FileChange[] },
): Promise<string> {
  const paths = changes.map(({ path }) => {
    const clean = insidePath(path);
    const isGit = clean.split('/').some((part) => part.toLowerCase() === '.git');
    if (clean === '' || isGit)
      throw invalid(`cannot write ${JSON.stringify(path)} in a repository`);
    return clean;
  });
  const [modes, oids] = await Promise.all([
    modesOf(git, gitDir, { parent, paths }),
    storeContents(git, gitDir, changes),
  ]);
  return paths
    .map((path, at) => {
      const oid = oids[at];
      const mode = modes.get(path) ?? '100644';
      return oid === undefined ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${oid}\t${path}\0`;
    })
    .join('');
}

/** Object ids of the new contents, in the order of the changes; undefined where a file is removed. */
async function storeContents(
  git: GitProgram,
  gitDir: string,
  changes: readonly FileChange[],
): Promise<Array<string | undefined>> {
  const oids: Array<string | undefined> = [];
  for (const { content } of changes) {
    const args = ['hash-object', '-w', '--stdin'];
    const isRemoved = content === undefined;
    oids.push(isRemoved ? undefined : text(await git.run({ gitDir, args, input: content })));
  }
  return oids;
}

/** Modes of files that exist, so that an edit keeps a script executable; a link becomes a file. */
async function modesOf(
  git: GitProgram,
  gitDir: string,
  { parent, paths }: { parent: string | undefined; paths: readonly string[] },
): Promise<Map<string, string>> {
  const modes = new Map<string, string>();
  if (paths.length === 0 || parent === undefined) return modes;
  const listed = await git.run({ gitDir, args: ['ls-tree', '-z', parent, '--', ...paths] });
  for (const line of listed.toString('utf8').split('\0').filter(Boolean)) {
    const mode = line.slice(0, 6);
    if (mode.startsWith('100')) modes.set(line.slice(line.indexOf('\t') + 1), mode);
  }
  return modes;
}

/** What git printed, without the newline at its end. */
export function text(bytes: Buffer): string {
  return bytes.toString('utf8').trim();
}
