import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';

const skipped = new Set(['.git', 'node_modules']);
const maxFiles = 50_000;
const maxBytes = 512 * 1024 * 1024;

/**
 * The files of a folder by their path in it, with `/`; a single file by its name. Links are not
 * followed. Throws a `KnownError` for a path that cannot be read, and for a folder that is no repository
 * of manifests by its size.
 */
export async function folderFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const found = await stat(folder).catch((thrown: unknown) => {
    throw new KnownError('not-found', messageOf(thrown));
  });
  if (found.isFile()) return files.set(path.basename(folder), await readFile(folder));
  let bytes = 0;
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !skipped.has(entry.name)) await walk(name);
      if (!entry.isFile()) continue;
      const content = await readFile(path.join(folder, name));
      bytes += content.length;
      files.set(name, content);
      if (files.size > maxFiles || bytes > maxBytes) {
        const most = `${maxFiles} files or ${maxBytes / 1024 / 1024} MB`;
        throw new KnownError('invalid', `${folder} holds more than ${most}: name a folder in it`);
      }
    }
  };
  await walk('');
  return files;
}
