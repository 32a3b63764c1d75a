import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { notFound } from '../../base/index.ts';
import type { LoadedFile, TreeFile } from '../git/index.ts';
import type { Source } from './reading.ts';

/** Files that are no revision of a repository (a folder on disk), to be read like one. */
export function memorySource(files: ReadonlyMap<string, Uint8Array>): Source {
  const tree: TreeFile[] = [];
  const byId = new Map<string, Buffer>();
  for (const [path, content] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = Buffer.from(content);
    const oid = createHash('sha1').update(bytes).digest('hex');
    byId.set(oid, bytes);
    tree.push({ path, mode: '100644', oid, sizeBytes: bytes.length });
  }
  const below = (paths: readonly string[] = []): TreeFile[] =>
    tree.filter(
      ({ path }) =>
        paths.length === 0 ||
        paths.some((root) => root === '' || path === root || path.startsWith(`${root}/`)),
    );
  const contentOf = (oid: string): Buffer => {
    const content = byId.get(oid);
    if (content === undefined) throw notFound(`there is no file content ${oid}`);
    return content;
  };
  return {
    files: async (_revision, paths) => below(paths),
    read: async (oid) => contentOf(oid),
    load: async ({ paths }) =>
      below(paths).map(({ path, mode, oid }): LoadedFile => ({
        path,
        mode,
        content: contentOf(oid),
      })),
    log: async () => [],
    export: async ({ dir, path: root = '' }) => {
      for (const { path, oid } of below(root === '' ? [] : [root])) {
        const target = join(dir, root === '' ? path : path.slice(root.length + 1));
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, contentOf(oid));
      }
    },
  };
}
