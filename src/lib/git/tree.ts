import { posix } from 'node:path';
import { KnownError, invalid } from '../../base/index.ts';
import type { GitProgram } from './git-program.ts';
import type { Budgets, LoadedFile, TreeFile } from './mirror.ts';
import type { ObjectReader } from './object-reader.ts';

/** What may be read at once unless told otherwise. */
export const defaultBudgets: Budgets = { maxEntries: 100_000, maxBytes: 512 * 2 ** 20 };

const maxLinks = 8;

/** A path inside a repository, cleaned; '' is the root. Throws when it leaves the repository. */
export function insidePath(path: string): string {
  const clean = posix.normalize(path.replaceAll('\\', '/')).replace(/^\.\/|\/$/g, '');
  if (clean === '.' || clean === '') return '';
  if (clean.startsWith('/') || clean.split('/').includes('..') || clean.includes('\0')) {
    throw invalid(`path ${JSON.stringify(path)} is not inside the repository`);
  }
  return clean;
}

/** Files of a revision. */
export async function listFiles(
  git: GitProgram,
  gitDir: string,
  options: { readonly revision: string; readonly paths?: readonly string[] | undefined },
): Promise<TreeFile[]> {
  const paths = (options.paths ?? []).map(insidePath);
  const all = paths.length === 0 || paths.includes('');
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', oidOf(options.revision)];
  const answer = await git.ask({ gitDir, args: all ? args : [...args, '--', ...paths] });
  if (answer.code !== 0) {
    throw new KnownError('not-found', `revision ${options.revision} is not in the repository`);
  }
  return answer.stdout.toString('utf8').split('\0').filter(Boolean).map(parseEntry);
}

function parseEntry(line: string): TreeFile {
  const tab = line.indexOf('\t');
  const [mode = '', , oid = '', size = '-'] = line.slice(0, tab).split(/ +/);
  return { path: line.slice(tab + 1), mode, oid, sizeBytes: size === '-' ? 0 : Number(size) };
}

/** A full object id, so that nothing else reaches git's argument list. */
export function oidOf(revision: string): string {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision)) return revision;
  throw invalid(`${JSON.stringify(revision)} is not a full revision; resolve it first`);
}

/** Throws `KnownError('too-large')` when files exceed the budgets. */
export function checkBudgets(files: readonly TreeFile[], given: Partial<Budgets> = {}): void {
  const { maxEntries, maxBytes } = { ...defaultBudgets, ...given };
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (files.length <= maxEntries && bytes <= maxBytes) return;
  throw new KnownError(
    'too-large',
    `${files.length} files with ${bytes} bytes are more than the limit of ${maxEntries} files and ${maxBytes} bytes; name a sub-folder`,
  );
}

/** Content of files; a link to a file among `all` is followed, other links and submodules are left out. */
export async function loadFiles(
  reader: ObjectReader,
  files: readonly TreeFile[],
  all: ReadonlyMap<string, TreeFile>,
): Promise<LoadedFile[]> {
  const loaded = await Promise.all(
    files.map(async (file) => {
      const real = await followLinks(reader, file, all);
      if (real === undefined) return undefined;
      return { path: file.path, mode: real.mode, content: await readBlob(reader, real.oid) };
    }),
  );
  return loaded.filter((file) => file !== undefined);
}

async function followLinks(
  reader: ObjectReader,
  file: TreeFile,
  all: ReadonlyMap<string, TreeFile>,
): Promise<TreeFile | undefined> {
  let at: TreeFile | undefined = file;
  for (let links = 0; at?.mode === '120000'; links += 1) {
    if (links === maxLinks) return undefined;
    const target = (await readBlob(reader, at.oid)).toString('utf8');
    if (target.startsWith('/')) return undefined;
    at = all.get(posix.normalize(posix.join(posix.dirname(at.path), target)));
  }
  return at?.mode.startsWith('100') ? at : undefined;
}

/** Content of a blob. */
export async function readBlob(reader: ObjectReader, oid: string): Promise<Buffer> {
  const object = await reader.read(oid);
  if (object === undefined)
    throw new KnownError('not-found', `object ${oid} is not in the repository`);
  return object.content;
}
