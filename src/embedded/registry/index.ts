/**
 * A container registry for one machine (OCI distribution 1.1): blobs by digest in a folder, every
 * stored answer synced to disk before it is given, uploads that can go on after a restart, a call
 * for each tag that was pushed. Refuses: content that is not its digest, names that are none, and
 * anything without login when one is set. Start with `registry.ts`.
 */
export { createRegistry } from './registry.ts';
export type { ImagePushed, RegistryOptions } from './registry.ts';
