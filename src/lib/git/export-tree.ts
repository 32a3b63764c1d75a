import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { KnownError, invalid } from '../../base/index.ts';
import type { TreeFile } from './mirror.ts';
import type { ObjectReader } from './object-reader.ts';
import { insidePath, readBlob } from './tree.ts';

/**
 * Writes files below `root` of a revision to an empty folder. A link is made only when it stays inside
 * the folder; submodules are left out. Throws before anything is written when the folder has content.
 */
export async function exportFiles(
  reader: ObjectReader,
  files: readonly TreeFile[],
  to: { readonly root: string; readonly dir: string },
): Promise<void> {
  await mkdir(to.dir, { recursive: true });
  if ((await readdir(to.dir)).length > 0) throw new KnownError('exists', `${to.dir} is not empty`);
  const cut = to.root === '' ? 0 : to.root.length + 1;
  const folders = new Set<string>();
  const links: Array<readonly [string, string]> = [];
  for (const file of files) {
    if (file.mode === '160000') continue;
    const path = safePath(file.path).slice(cut);
    const target = join(to.dir, path);
    if (!folders.has(dirname(target))) await mkdir(dirname(target), { recursive: true });
    folders.add(dirname(target));
    const content = await readBlob(reader, file.oid);
    if (file.mode === '120000') links.push([path, content.toString('utf8')]);
    else await writeFile(target, content, { mode: file.mode === '100755' ? 0o755 : 0o644 });
  }
  // Links last: no file is ever written through one.
  for (const [path, target] of links) await writeLink(to.dir, path, target);
}

async function writeLink(dir: string, path: string, target: string): Promise<void> {
  const points = posix.normalize(posix.join(posix.dirname(path), target));
  if (target.startsWith('/') || points === '..' || points.startsWith('../')) return;
  await symlink(target, join(dir, path));
}

/** Git refuses such trees, a hostile server may still send one. */
function safePath(path: string): string {
  if (insidePath(path) !== path || path.split('/').some((part) => part.toLowerCase() === '.git')) {
    throw invalid(`the repository has a file with the unsafe path ${JSON.stringify(path)}`);
  }
  return path;
}
