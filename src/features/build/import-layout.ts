import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { KnownError, isRecord } from '../../base/index.ts';
import { mediaTypes } from '../../lib/oci/index.ts';
import type {
  Image,
  ImageIndex,
  ImageManifest,
  ImageRef,
  ImageStore,
} from '../../lib/oci/index.ts';

interface Import {
  /** An OCI image layout with one image. */
  readonly dir: string;
  readonly store: ImageStore;
  readonly ref: ImageRef;
}

/** Takes the image of a layout, which another tool wrote, into the store under a name. */
export async function importLayout({ dir, store, ref }: Import): Promise<void> {
  const index = (await readJson(join(dir, 'index.json'))) as unknown as ImageIndex;
  const image = await imageIn(dir, index);
  const { manifest } = image;
  for (const { digest } of manifest.layers)
    await store.putBlob(digest, await readFile(blobIn(dir, digest)));
  await store.save(ref, image);
}

/** The first image, through an index of one platform when the tool wrote that. */
async function imageIn(dir: string, index: ImageIndex): Promise<Image> {
  const [entry] = index.manifests;
  if (entry === undefined) throw new KnownError('failed', 'the container tool wrote no image');
  const manifestBytes = await readFile(blobIn(dir, entry.digest));
  const value: unknown = JSON.parse(manifestBytes.toString('utf8'));
  if (isRecord(value) && Array.isArray(value['manifests'])) {
    return imageIn(dir, value as unknown as ImageIndex);
  }
  const manifest = value as ImageManifest;
  const configDigest = manifest.config.digest;
  const configBytes = await readFile(blobIn(dir, configDigest));
  const mediaType = manifest.mediaType ?? mediaTypes.ociManifest;
  return { digest: entry.digest, mediaType, manifest, manifestBytes, configDigest, configBytes };
}

function blobIn(dir: string, digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return join(dir, 'blobs', 'sha256', digest.slice(7));
  throw new KnownError(
    'failed',
    `the container tool named ${JSON.stringify(digest)}, which is no sha256 digest`,
  );
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new KnownError(
      'unsupported',
      'the container tool wrote no OCI image layout; docker does from version 25 on',
    );
  }
  return JSON.parse(text) as Record<string, unknown>;
}

const wanted = /^(index\.json|oci-layout|blobs\/sha256\/[0-9a-f]{64})$/;

/** The same from a tar of a layout (`docker image save`). Other entries are left out. */
export async function importArchive(archive: Readable, to: Import): Promise<void> {
  await mkdir(join(to.dir, 'blobs', 'sha256'), { recursive: true });
  const entries = extract();
  const flowing = pipeline(archive, entries as unknown as NodeJS.WritableStream);
  flowing.catch((thrown: unknown) => entries.destroy(thrown as Error));
  for await (const entry of entries) {
    const { name } = entry.header;
    if (wanted.test(name)) {
      await writeFile(join(to.dir, name), entry as unknown as AsyncIterable<Uint8Array>);
    }
    entry.resume();
  }
  await flowing;
  await importLayout(to);
}
