import { rename, rm, mkdir } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { ImageConfig, Platform, RegistryClient } from './client.ts';
import { imageText } from './image-ref.ts';
import type { ImageRef } from './image-ref.ts';
import { unpackLayer } from './unpack-layer.ts';

/** How much an image may hold, unpacked; more is a `KnownError('too-large')`. */
export interface RootfsBudgets {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

export interface PulledRootfs {
  /** Of the platform's manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  readonly bytes: number;
  readonly entries: number;
}

/** What an image may hold unless told otherwise. */
export const defaultRootfsBudgets: RootfsBudgets = { maxBytes: 4 * 2 ** 30, maxEntries: 400_000 };

const maxLayers = 200;

/**
 * Unpacks an image into `dir`, which must not exist: it appears when everything in it is whole. No entry is
 * written outside of it, links are resolved inside of it, devices are left out, owners are not kept.
 */
export async function pullRootfs(options: {
  readonly client: RegistryClient;
  readonly ref: ImageRef;
  readonly dir: string;
  readonly budgets?: Partial<RootfsBudgets>;
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}): Promise<PulledRootfs> {
  const { client, ref, dir, platform, signal } = options;
  const how = { ...(platform ? { platform } : {}), ...(signal ? { signal } : {}) };
  const { digest, manifest } = await client.image(ref, how);
  const config = await client.imageConfig({ ...ref, digest }, how);
  if (manifest.layers.length > maxLayers)
    throw new KnownError('too-large', `${imageText(ref)} has more than ${maxLayers} layers`);
  const budget = { ...defaultRootfsBudgets, ...options.budgets };
  const used = { bytes: 0, entries: 0 };
  const fresh = `${dir}.${randomUUID()}`;
  await mkdir(fresh, { recursive: true });
  try {
    for (const layer of manifest.layers) {
      const blob = await client.blob(ref, layer.digest, signal ? { signal } : {});
      await unpackLayer(blob, { dir: fresh, mediaType: layer.mediaType, budget, used, signal });
    }
    await mkdir(dirname(dir), { recursive: true });
    await rename(fresh, dir).catch((thrown: unknown) => {
      throw new KnownError('exists', `${dir} exists already`, { cause: thrown });
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return { digest, config, ...used };
}
