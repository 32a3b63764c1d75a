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
