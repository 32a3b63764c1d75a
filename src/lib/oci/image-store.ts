import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { Descriptor, ImageIndex, ImageManifest, RegistryClient } from './client.ts';
import { checkDigestName, digestOf, wrongDigest } from './digest.ts';
import type { Image } from './image.ts';
import { imageText } from './image-ref.ts';
import type { ImageRef } from './image-ref.ts';
import { mediaTypes } from './media-types.ts';

const nameOf = 'org.opencontainers.image.ref.name';

/** Images kept on disk as an OCI image layout, which other tools read too. */
export interface ImageStore {
  readonly dir: string;
  hasBlob(digest: string): Promise<boolean>;
  putBlob(digest: string, bytes: Uint8Array): Promise<void>;
  readBlob(digest: string): Promise<Buffer>;
  /** Keeps an image under a name, in place of the one that had it. Its layers must be there. */
  save(ref: ImageRef, image: Image): Promise<void>;
  /** The image of a name. */
  find(ref: ImageRef): Promise<StoredImage | undefined>;
  /** Every name. */
  list(): Promise<string[]>;
  /** Sends an image to its registry: what it lacks, the manifest last. Gives the digest. */
  push(ref: ImageRef, client: RegistryClient): Promise<string>;
}

export interface StoredImage {
  readonly digest: string;
  readonly manifest: ImageManifest;
  readonly manifestBytes: Buffer;
}

/** Opens a layout; its folder is made by the first write. */
export function openImageStore(options: { readonly dir: string }): ImageStore {
  const { dir } = options;
  const pathOf = (digest: string): string => {
    checkDigestName(digest);
    return join(dir, 'blobs', 'sha256', digest.slice(7));
  };
  const hasBlob = (digest: string): Promise<boolean> => isFile(pathOf(digest));
  const readBlob = async (digest: string): Promise<Buffer> => {
    const bytes = await readFile(pathOf(digest)).catch(() => undefined);
    if (bytes === undefined) throw new KnownError('not-found', `blob ${digest} is not in ${dir}`);
    if (digestOf(bytes) !== digest) throw wrongDigest(digest, digestOf(bytes));
    return bytes;
  };
  const putBlob = async (digest: string, bytes: Uint8Array): Promise<void> => {
    if (!(await hasBlob(digest))) await writeWhole(pathOf(digest), bytes);
  };
  const find = async (ref: ImageRef): Promise<StoredImage | undefined> => {
    const entry = (await readIndex(dir)).manifests.find(isNamed(imageText(ref)));
    if (entry === undefined) return undefined;
    const manifestBytes = await readBlob(entry.digest);
    const manifest = JSON.parse(manifestBytes.toString('utf8')) as ImageManifest;
    return { digest: entry.digest, manifest, manifestBytes };
  };
  const list = async (): Promise<string[]> => {
    const { manifests } = await readIndex(dir);
    return manifests.map(({ annotations }) => annotations?.[nameOf] ?? '').filter(Boolean);
  };
  const push = (ref: ImageRef, client: RegistryClient): Promise<string> =>
    pushImage({ ref, client, image: find(ref), readBlob, dir });
  let last: Promise<void> = Promise.resolve();
  const save = (ref: ImageRef, image: Image): Promise<void> => {
    // One after the other: each reads the list of names and writes it anew.
    const saving = last.then(() => saveImage({ dir, putBlob }, ref, image));
    last = saving.catch(() => {});
    return saving;
  };
  return { dir, hasBlob, putBlob, readBlob, find, list, save, push };
}

async function saveImage(
  store: Pick<ImageStore, 'dir' | 'putBlob'>,
  ref: ImageRef,
  image: Image,
): Promise<void> {
  const { dir } = store;
  await store.putBlob(image.configDigest, image.configBytes);
  await store.putBlob(image.digest, image.manifestBytes);
  const index = await readIndex(dir);
  const name = imageText(ref);
  const entry: Descriptor = {
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifestBytes.length,
    annotations: { [nameOf]: name },
  };
  const others = index.manifests.filter((each) => !isNamed(name)(each));
  await writeWhole(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeWhole(
    join(dir, 'index.json'),
    JSON.stringify({ ...index, manifests: [...others, entry] }),
  );
}

async function pushImage(what: {
  readonly ref: ImageRef;
  readonly client: RegistryClient;
  readonly image: Promise<StoredImage | undefined>;
  readonly readBlob: (digest: string) => Promise<Buffer>;
  readonly dir: string;
}): Promise<string> {
  const { ref, client, readBlob } = what;
  const image = await what.image;
  if (image === undefined) {
    throw new KnownError(
      'not-found',
      `image ${imageText(ref)} is not in ${what.dir}; build it first`,
    );
  }
  for (const { digest } of [...image.manifest.layers, image.manifest.config]) {
    await client.pushBlob(ref, { digest, bytes: await readBlob(digest) });
  }
  const mediaType = image.manifest.mediaType ?? mediaTypes.ociManifest;
  return client.pushManifest(ref, { mediaType, bytes: image.manifestBytes });
}

function isNamed(name: string): (entry: Descriptor) => boolean {
  return ({ annotations }) => annotations?.[nameOf] === name;
}

async function readIndex(dir: string): Promise<ImageIndex> {
  const text = await readFile(join(dir, 'index.json'), 'utf8').catch(() => undefined);
  if (text === undefined)
    return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] };
  return JSON.parse(text) as ImageIndex;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Under another name first, synced, then renamed: a file is whole or not there. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  const file = await open(fresh, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path).catch(async (thrown: unknown) => {
    await rm(fresh, { force: true });
    throw thrown;
  });
}
