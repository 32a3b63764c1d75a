import type { Descriptor, ImageManifest, RunConfig } from './client.ts';
import { digestOf } from './digest.ts';
import { mediaTypes } from './media-types.ts';

/** A layer by its names: what an image needs to know of it. */
export interface LayerNames {
  readonly digest: string;
  readonly diffId: string;
  readonly size: number;
  /** OCI's gzipped tar unless told otherwise. */
  readonly mediaType?: string;
  /** How it came to be, for people who read the history. */
  readonly createdBy?: string;
}

/** An image's two documents, byte for byte; its layers are kept apart. */
export interface Image {
  /** Of the manifest: the name of the image. */
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: ImageManifest;
  readonly manifestBytes: Buffer;
  readonly configDigest: string;
  readonly configBytes: Buffer;
}

/** Puts an OCI image together. The same input gives the same bytes. */
export function buildImage(options: {
  /** From bottom to top. */
  readonly layers: readonly LayerNames[];
  readonly config: RunConfig;
  readonly created: Date;
  /** amd64 unless told otherwise. */
  readonly architecture?: string;
  readonly os?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}): Image {
  const { layers, config, architecture = 'amd64', os = 'linux', annotations } = options;
  const created = options.created.toISOString();
  const configBytes = jsonBytes({
    created,
    architecture,
    os,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy ?? 'trice' })),
  });
  const configDigest = digestOf(configBytes);
  const configName: Descriptor = {
    mediaType: mediaTypes.ociConfig,
    digest: configDigest,
    size: configBytes.length,
  };
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: configName,
    layers: layers.map(({ digest, size, mediaType = mediaTypes.ociLayerGzip }) => ({
      mediaType,
      digest,
      size,
    })),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const manifestBytes = jsonBytes(manifest);
  const digest = digestOf(manifestBytes);
  return {
    digest,
    mediaType: mediaTypes.ociManifest,
    manifest,
    manifestBytes,
    configDigest,
    configBytes,
  };
}

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
