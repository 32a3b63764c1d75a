import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitProgram } from './git-program.ts';
import type { FileChange } from './mirror.ts';
import type { ObjectReader } from './object-reader.ts';
import { oidOf, readBlob } from './tree.ts';

/**
 * What a folder holds otherwise than a revision, as `git add --all` would see it: `.gitignore` counts.
 * Links and repositories in it are left out.
 */
export async function folderChanges(
  git: GitProgram,
  gitDir: string,
  reader: ObjectReader,
  { revision, dir }: { readonly revision: string; readonly dir: string },
): Promise<FileChange[]> {
  const index = join(gitDir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: dir };
  const run = (...args: string[]): Promise<Buffer> => git.run({ gitDir, env, cwd: dir, args });
  try {
    await run('read-tree', oidOf(revision));
    await run('-c', 'core.symlinks=true', '-c', 'core.autocrlf=false', 'add', '--all', '--', '.');
    const args = ['diff-index', '--cached', '--no-renames', '-z', oidOf(revision)];
    const fields = (await run(...args)).toString('utf8').split('\0');
    const changes: FileChange[] = [];
    // Pairs of `:<old mode> <new mode> <old id> <new id> <letter>` and a path.
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [, mode = '', , oid = '', letter] = (fields[at] ?? '').split(' ');
      const path = fields[at + 1] ?? '';
      if (letter === 'D') changes.push({ path, content: undefined });
      else if (mode.startsWith('100')) changes.push({ path, content: await readBlob(reader, oid) });
    }
    return changes;
  } finally {
    await rm(index, { force: true });
  }
}
