import { readFile } from 'node:fs/promises';
import { readRepositories, type RepositorySettings } from '../../features/sync/index.ts';
import { stringify } from '../../lib/yaml/index.ts';
import type { DataDir } from './data-dir.ts';

const fileName = 'repositories.yaml';

/**
 * Which repositories the platform syncs: `DIR/repositories.yaml`, made at the first start with one
 * entry. A person may edit it and start again; everything in it has fluxd's meaning.
 */
export async function loadRepositories(
  dir: DataDir,
  first: { name: string; url: string },
): Promise<RepositorySettings[]> {
  const file = dir.file(fileName);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    await dir.write(
      fileName,
      stringify({ repositories: [{ ...first, branch: 'master', garbageCollection: 'on' }] }),
    );
    return loadRepositories(dir, first);
  }
  return readRepositories(text, { file });
}
