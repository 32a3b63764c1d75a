import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import { exportFiles } from './export-tree.ts';
import { folderChanges } from './folder-changes.ts';
import { createGitProgram } from './git-program.ts';
import type { Environment, GitProgram } from './git-program.ts';
import { readLog } from './history.ts';
import type { Credentials, Mirror, SshKey } from './mirror.ts';
import { openNotes } from './notes.ts';
import { ObjectReader } from './object-reader.ts';
import { branchRef } from './ref-name.ts';
import { createRemote } from './remote.ts';
import type { Remote } from './remote.ts';
import { remoteUrl, safeUrl } from './safe-url.ts';
import type { Keyring } from './sign/keyring.ts';
import { signatureOf } from './sign/sign.ts';
import type { Signing } from './sign/sign.ts';
import { readSignatures, verifyTag } from './sign/verify.ts';
import { writeTag } from './tag.ts';
import { checkBudgets, insidePath, listFiles, loadFiles, readBlob } from './tree.ts';
import { writeCommit } from './write-commit.ts';

export interface MirrorOptions {
  /** https, http, ssh, git or file URL, `user@host:path`, or a path. */
  readonly url: string;
  /** The mirror's own folder; made by the first fetch. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly credentials?: Credentials;
  readonly ssh?: SshKey;
  /** Where to fetch from when that is nearer: a path to the same repository. Pushes go to `url`. */
  readonly fetchFrom?: string;
  /** The machine's environment, for PATH and proxies; usual folders are searched without it. */
  readonly environment?: Environment;
  /** Signs commits and tags. */
  readonly signing?: Signing;
  /** Whose signatures are good. */
  readonly keyring?: Keyring;
  /** Limit of one network operation, 20 s unless told otherwise (Flux's `--git-timeout`). */
  readonly timeoutMs?: number;
}

interface Parts {
  readonly options: MirrorOptions;
  readonly git: GitProgram;
  readonly gitDir: string;
  readonly reader: ObjectReader;
  readonly remote: Remote;
  readonly fetches: { count: number };
  /** Runs writers one after another. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

const fetchesBetweenTidying = 100;
const refspecs = ['heads', 'tags', 'notes'].map((kind) => `+refs/${kind}/*:refs/${kind}/*`);

/** Opens the mirror of a repository; no I/O happens before the first call. Throws on a refused URL. */
export function openMirror(options: MirrorOptions): Mirror {
  const git = createGitProgram(options);
  const gitDir = options.dir;
  const reader = new ObjectReader(git, gitDir);
  const { url, fetchFrom } = options;
  const near = fetchFrom === undefined ? undefined : remoteUrl(fetchFrom).url;
  const remote = createRemote(git, { ...options, gitDir, remote: remoteUrl(url), fetchFrom: near });
  const parts: Parts = {
    options,
    git,
    gitDir,
    reader,
    remote,
    fetches: { count: 0 },
    alone: inTurn(),
  };
  return { ...readers(parts), ...writers(parts), url: safeUrl(options.url) };
}

type Reading =
  | 'head'
  | 'resolve'
  | 'files'
  | 'read'
  | 'load'
  | 'log'
  | 'export'
  | 'signatures'
  | 'verifyTag'
  | 'close';

function readers({ git, gitDir, reader, options }: Parts): Pick<Mirror, Reading> {
  const resolve = async (ref: string): Promise<string | undefined> => {
    if (!(await isThere(join(gitDir, 'HEAD')))) return undefined;
    const object = await reader.read(`${ref}^{commit}`);
    return object?.oid;
  };
  return {
    resolve,
    head: (branch) => resolve(branchRef(branch)),
    files: (revision, paths) => listFiles(git, gitDir, { revision, paths }),
    read: (oid) => readBlob(reader, oid),
    load: async ({ revision, paths = [], budgets }) => {
      const roots = paths.map(insidePath);
      const everything = await listFiles(git, gitDir, { revision });
      const isWanted = (path: string): boolean =>
        roots.length === 0 ||
        roots.some((root) => root === '' || path === root || path.startsWith(`${root}/`));
      const wanted = everything.filter(({ path }) => isWanted(path));
      checkBudgets(wanted, budgets);
      return loadFiles(reader, wanted, new Map(everything.map((file) => [file.path, file])));
    },
    log: (range) => readLog(git, gitDir, range),
    signatures: (range) => readSignatures(git, gitDir, options.keyring, range),
    verifyTag: (name) => verifyTag(git, gitDir, options.keyring, name),
    export: async ({ revision, path = '', dir, budgets }) => {
      const root = insidePath(path);
      const files = await listFiles(git, gitDir, {
        revision,
        paths: root === '' ? [] : [`${root}/`],
      });
      if (files.length === 0 && root !== '') {
        throw new KnownError('not-found', `there is no folder ${root} at revision ${revision}`);
      }
      checkBudgets(files, budgets);
      await exportFiles(reader, files, { root, dir });
    },
    close: () => reader.close(),
  };
}

type Writing = 'fetch' | 'commit' | 'push' | 'tag' | 'notes' | 'changesIn';

function writers(parts: Parts): Pick<Mirror, Writing> {
  const { git, gitDir, reader, remote, alone } = parts;
  const { signing, environment = {} } = parts.options;
  const sign = signing && ((text: string) => signatureOf(text, signing, environment));
  const at = { git, gitDir, reader, ...(sign === undefined ? {} : { sign }) };
  const push: Mirror['push'] = ({ refs, signal }) =>
    alone(async () => {
      await remote.push(refs, signal);
      const lines = refs.map(({ from, to }) =>
        from === '' ? `delete ${to}\n` : `update ${to} ${from}\n`,
      );
      await git.ask({ gitDir, args: ['update-ref', '--stdin'], input: lines.join('') });
    });
  const notes: Mirror['notes'] = (ref) => openNotes(git, gitDir, reader, ref);
  return {
    push,
    notes,
    changesIn: (options) => alone(() => folderChanges(git, gitDir, reader, options)),
    fetch: (signal) => alone(() => fetchWhole(parts, signal)),
    commit: (options) =>
      alone(async () => {
        await makeRepository(git, gitDir);
        const revision = await writeCommit(at, options);
        const { note, author } = options;
        if (note) await notes(note.ref).append({ revision, text: note.text, author });
        return revision;
      }),
    tag: async (options) => {
      const oid = await alone(() => writeTag(at, options));
      const to = `refs/tags/${options.name}`;
      const { signal } = options;
      await push({
        refs: [{ from: oid, to, force: true }],
        ...(signal === undefined ? {} : { signal }),
      });
    },
  };
}

// What git says of a copy that a killed process or a full disk left behind.
const broken =
  /\.lock': File exists|bad object|object file .* is empty|corrupt|not a git repository|unable to (read|unpack)|inflate/i;

/** Fetches; a copy that is broken is thrown away and made again, once. */
async function fetchWhole(parts: Parts, signal: AbortSignal | undefined): Promise<void> {
  const { git, gitDir, remote, reader, options } = parts;
  await makeRepository(git, gitDir);
  try {
    await remote.fetch(refspecs, signal);
  } catch (thrown) {
    const isBroken = thrown instanceof KnownError && broken.test(thrown.message);
    if (!isBroken || thrown.code === 'unreachable' || !(await isThere(gitDir))) throw thrown;
    options.log.warn('the copy of the repository is broken; it is made again', {
      url: safeUrl(options.url),
      reason: thrown,
    });
    await reader.close();
    await rm(gitDir, { recursive: true, force: true });
    await makeRepository(git, gitDir);
    await remote.fetch(refspecs, signal);
  }
  await tidy(parts);
}

/** Packs what many fetches and commits left in single files. */
async function tidy({ git, gitDir, fetches }: Parts): Promise<void> {
  fetches.count += 1;
  if (fetches.count % fetchesBetweenTidying !== 0) return;
  await git.ask({
    gitDir,
    args: ['-c', 'gc.auto=1000', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'],
  });
}

/** Made under another name first, so that a half-made one is never taken for a repository. */
async function makeRepository(git: GitProgram, gitDir: string): Promise<void> {
  if (await isThere(join(gitDir, 'HEAD'))) return;
  const making = `${gitDir}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(dirname(gitDir), { recursive: true });
  await git.run({ args: ['init', '--quiet', '--bare', '--template=', '--', making] });
  await rm(gitDir, { recursive: true, force: true });
  await rename(making, gitDir);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function inTurn(): Parts['alone'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => {});
    return result;
  };
}
