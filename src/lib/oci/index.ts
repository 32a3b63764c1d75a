/**
 * Container images without a daemon: names, the registry protocol, layers and configurations put
 * together here, unpacking within budgets. Refuses: paths that leave the target folder, content
 * that is not what its digest says, passwords over plain http except to loopback hosts and those
 * named insecure. Start with `image-ref.ts` and `client.ts`.
 */
export {
  canonicalName,
  imageName,
  imageText,
  parseImage,
  registryOf,
  repositoryOf,
  withTag,
} from './image-ref.ts';
export type { ImageRef } from './image-ref.ts';
export type {
  Descriptor,
  FetchedManifest,
  ImageConfig,
  ImageIndex,
  ImageManifest,
  Platform,
  RegistryClient,
  RegistryCredentials,
  RunConfig,
} from './client.ts';
export { RegistryFault } from './registry-fault.ts';
export type { RegistryProblem } from './registry-fault.ts';
export { createRegistryClient } from './registry-client.ts';
export type { RegistryClientOptions } from './registry-client.ts';
export { buildLayer } from './layer.ts';
export type { Layer, LayerFile } from './layer.ts';
export { buildImage } from './image.ts';
export type { Image, LayerNames } from './image.ts';
export { openImageStore } from './image-store.ts';
export type { ImageStore, StoredImage } from './image-store.ts';
export { pullRootfs } from './rootfs.ts';
export type { PulledRootfs, RootfsBudgets } from './rootfs.ts';
export { digestOf } from './digest.ts';
export { mediaTypes } from './media-types.ts';
