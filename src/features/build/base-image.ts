import { KnownError } from '../../base/index.ts';
import { imageText } from '../../lib/oci/index.ts';
import type {
  ImageRef,
  ImageStore,
  LayerNames,
  RegistryClient,
  RunConfig,
} from '../../lib/oci/index.ts';

/** An image to build upon, and who has it. */
export interface BaseImage {
  readonly ref: ImageRef;
  readonly client: RegistryClient;
}

/** What a new image takes over from its base. */
export interface BaseParts {
  readonly layers: readonly LayerNames[];
  readonly config: RunConfig;
  readonly architecture: string;
  readonly os: string;
}

/** Nothing: an image that only the process driver runs, which brings Node itself. */
export const noBase: BaseParts = { layers: [], config: {}, architecture: 'amd64', os: 'linux' };

/** Brings a base image's layers into the store. */
export async function fetchBase(
  { ref, client }: BaseImage,
  store: ImageStore,
  signal?: AbortSignal,
): Promise<BaseParts> {
  const how = signal === undefined ? {} : { signal };
  const { digest, manifest } = await client.image(ref, how);
  const { config, architecture, os, rootfs } = await client.imageConfig({ ...ref, digest }, how);
  const diffIds = rootfs?.diff_ids ?? [];
  if (diffIds.length !== manifest.layers.length) {
    throw new KnownError(
      'invalid',
      `${imageText(ref)} names ${diffIds.length} of its ${manifest.layers.length} layers`,
    );
  }
  const layers: LayerNames[] = [];
  for (const [at, { digest: name, size, mediaType }] of manifest.layers.entries()) {
    if (!(await store.hasBlob(name))) {
      const blob = await client.blob(ref, name, how);
      await store.putBlob(name, new Uint8Array(await new Response(blob).arrayBuffer()));
    }
    layers.push({ digest: name, diffId: diffIds[at]!, size, mediaType, createdBy: imageText(ref) });
  }
  return { layers, config, architecture, os };
}
