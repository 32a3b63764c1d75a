import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../base/index.ts';
import { algorithmOf, digestOfHex, hexOf, isDigest } from './names.ts';

/**
 * Removes what no tag or manifest leads to any more: first a repository's marks of blobs that none of its
 * manifests names, then content that no repository has. What is younger than `beforeMs` stays, since a push
 * brings its blobs before the manifest that names them. Gives the bytes that were freed.
 */
export async function collectBlobs(dir: string, beforeMs: number): Promise<number> {
  const kept = new Set<string>();
  for (const repository of await repositoriesBelow(join(dir, 'repositories'))) {
    const { manifests, blobs } = await namedIn(repository, dir);
    for (const hex of await namesIn(join(repository, '_blobs'))) {
      const mark = join(repository, '_blobs', hex);
      const isKept = blobs.has(hex) || !(await isOld(mark, beforeMs));
      if (isKept) kept.add(hex);
      else await rm(mark, { force: true });
    }
    for (const hex of manifests) kept.add(hex);
  }
  let freed = 0;
  for (const algorithm of ['sha256', 'sha512'])
    for (const hex of await namesIn(join(dir, 'blobs', algorithm))) {
      const path = contentOf(dir, hex);
      if (kept.has(hex) || !(await isOld(path, beforeMs))) continue;
      freed += (await stat(path)).size;
      await rm(path, { force: true });
    }
  return freed;
}

function contentOf(dir: string, hex: string): string {
  return join(dir, 'blobs', algorithmOf(digestOfHex(hex)), hex);
}

/** The manifests of a repository, and the blobs that they name. */
async function namedIn(
  repository: string,
  dir: string,
): Promise<{ readonly manifests: readonly string[]; readonly blobs: ReadonlySet<string> }> {
  const manifests = await namesIn(join(repository, '_manifests'));
  const blobs = new Set<string>();
  for (const hex of manifests) {
    const text = await readFile(contentOf(dir, hex), 'utf8').catch(() => '{}');
    for (const digest of digestsIn(JSON.parse(text))) blobs.add(hexOf(digest));
  }
  return { manifests, blobs };
}

/** Every digest that a manifest names, wherever it stands in it. */
function digestsIn(value: unknown): string[] {
  if (typeof value === 'string') return isDigest(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(digestsIn);
  return isRecord(value) ? Object.values(value).flatMap(digestsIn) : [];
}

async function repositoriesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((each) => each.isDirectory()).map(({ name }) => name);
  const below = await Promise.all(
    names.filter((name) => !name.startsWith('_')).map((name) => repositoriesBelow(join(dir, name))),
  );
  const isOne = names.includes('_manifests') || names.includes('_blobs');
  return [...(isOne ? [dir] : []), ...below.flat()];
}

async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => isDigest(digestOfHex(name)));
}

async function isOld(path: string, beforeMs: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < beforeMs;
}
