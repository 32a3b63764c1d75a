import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { moveDurably, writeDurably } from './durable.ts';
import { algorithmOf, digestOfHex, hexOf } from './names.ts';

/** A manifest as it is kept: its bytes are a blob, its type is the repository's. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/**
 * Content on disk. A blob is one file however many repositories have it; a repository's marks say what
 * it has:
 *   blobs/<sha256 or sha512>/<hex>              content
 *   repositories/<name>/_blobs/<hex>            mark
 *   repositories/<name>/_manifests/<hex>        media type
 *   repositories/<name>/_tags/<tag>             digest
 *   repositories/<name>/_referrers/<hex>/<hex>  a manifest that names another as its subject
 * Names of repositories have no part that begins with `_`, so the folders cannot meet.
 */
export interface Storage {
  blobPath(digest: string): string;
  /** Size in bytes of a blob that a repository has. */
  blobSize(repository: string, digest: string): Promise<number | undefined>;
  /** Moves a file in as a blob of a repository; the caller has checked its digest. */
  adoptBlob(repository: string, digest: string, file: string): Promise<void>;
  /** Lets a repository have a blob that another one has; false when that one has not. */
  mountBlob(repository: string, digest: string, from: string): Promise<boolean>;
  removeBlob(repository: string, digest: string): Promise<boolean>;
  manifest(repository: string, digest: string): Promise<StoredManifest | undefined>;
  putManifest(repository: string, manifest: StoredManifest, subject?: string): Promise<void>;
  removeManifest(repository: string, digest: string): Promise<boolean>;
  referrers(repository: string, digest: string): Promise<StoredManifest[]>;
  tag(repository: string, tag: string): Promise<string | undefined>;
  putTag(repository: string, tag: string, digest: string): Promise<void>;
  removeTag(repository: string, tag: string): Promise<boolean>;
  /** Sorted; undefined when there is no such repository. */
  tags(repository: string): Promise<string[] | undefined>;
  repositories(): Promise<string[]>;
  /** Folder for uploads that are not done. */
  readonly uploads: string;
}

/** Opens a folder. */
export function openStorage(dir: string): Storage {
  const blobPath = (digest: string): string =>
    join(dir, 'blobs', algorithmOf(digest), hexOf(digest));
  const at = (repository: string, ...rest: string[]): string =>
    join(dir, 'repositories', ...repository.split('/'), ...rest);
  return {
    uploads: join(dir, 'uploads'),
    blobPath,
    ...blobsOf(at, blobPath),
    ...manifestsOf(at, blobPath),
    ...tagsOf(at),
    repositories: async () => (await listRepositories(at(''), '')).toSorted(),
  };
}

type At = (repository: string, ...rest: string[]) => string;
type BlobPath = (digest: string) => string;

function blobsOf(
  at: At,
  blobPath: BlobPath,
): Pick<Storage, 'blobSize' | 'adoptBlob' | 'mountBlob' | 'removeBlob'> {
  const mark = (repository: string, digest: string): string =>
    at(repository, '_blobs', hexOf(digest));
  const blobSize = async (repository: string, digest: string): Promise<number | undefined> => {
    const [marked, size] = await Promise.all([
      sizeOf(mark(repository, digest)),
      sizeOf(blobPath(digest)),
    ]);
    return marked === undefined ? undefined : size;
  };
  return {
    blobSize,
    adoptBlob: async (repository, digest, file) => {
      // Also when it is there: what has just come is young, and so is not collected before it is named.
      await moveDurably(file, blobPath(digest));
      await writeDurably(mark(repository, digest), '');
    },
    mountBlob: async (repository, digest, from) => {
      if ((await blobSize(from, digest)) === undefined) return false;
      await writeDurably(mark(repository, digest), '');
      return true;
    },
    removeBlob: (repository, digest) => removeFile(mark(repository, digest)),
  };
}

function manifestsOf(
  at: At,
  blobPath: BlobPath,
): Pick<Storage, 'manifest' | 'putManifest' | 'removeManifest' | 'referrers'> {
  const typeFile = (repository: string, digest: string): string =>
    at(repository, '_manifests', hexOf(digest));
  const manifest: Storage['manifest'] = async (repository, digest) => {
    const mediaType = await readFile(typeFile(repository, digest), 'utf8').catch(() => undefined);
    if (mediaType === undefined) return undefined;
    return { digest, mediaType, bytes: await readFile(blobPath(digest)) };
  };
  return {
    manifest,
    putManifest: async (repository, { digest, mediaType, bytes }, subject) => {
      await writeDurably(blobPath(digest), bytes);
      await writeDurably(typeFile(repository, digest), mediaType);
      if (subject === undefined) return;
      await writeDurably(at(repository, '_referrers', hexOf(subject), hexOf(digest)), '');
    },
    removeManifest: async (repository, digest) => {
      const removed = await removeFile(typeFile(repository, digest));
      for (const tag of await namesIn(at(repository, '_tags'))) {
        const path = at(repository, '_tags', tag);
        if ((await readFile(path, 'utf8')) === digest) await removeFile(path);
      }
      return removed;
    },
    referrers: async (repository, digest) => {
      const names = await namesIn(at(repository, '_referrers', hexOf(digest)));
      const found = await Promise.all(names.map((hex) => manifest(repository, digestOfHex(hex))));
      return found.filter((each) => each !== undefined);
    },
  };
}

function tagsOf(at: At): Pick<Storage, 'tag' | 'putTag' | 'removeTag' | 'tags'> {
  return {
    tag: (repository, tag) => readFile(at(repository, '_tags', tag), 'utf8').catch(() => undefined),
    putTag: (repository, tag, digest) => writeDurably(at(repository, '_tags', tag), digest),
    removeTag: (repository, tag) => removeFile(at(repository, '_tags', tag)),
    tags: async (repository) => {
      const marks = await Promise.all([
        sizeOf(at(repository, '_blobs')),
        sizeOf(at(repository, '_manifests')),
      ]);
      if (marks.every((mark) => mark === undefined)) return undefined;
      return (await namesIn(at(repository, '_tags'))).toSorted();
    },
  };
}

async function listRepositories(dir: string, prefix: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (name === '_manifests') found.push(prefix.slice(0, -1));
    else if (!name.startsWith('_'))
      found.push(...(await listRepositories(join(dir, name), `${prefix}${name}/`)));
  }
  return found;
}

function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** Without files that are being written. */
async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => !name.endsWith('.new'));
}

function removeFile(path: string): Promise<boolean> {
  return rm(path).then(
    () => true,
    () => false,
  );
}

/** Makes the folder for uploads, without those an earlier run left that are older than `beforeMs`. */
export async function prepareUploads(dir: string, beforeMs: number): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(dir)) {
    const found = await stat(join(dir, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < beforeMs) await rm(join(dir, name), { force: true });
  }
}
