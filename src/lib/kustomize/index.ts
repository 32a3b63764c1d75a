/**
 * Kustomize as a pure, synchronous function: a folder of a repository held in memory becomes the
 * objects and the text that `kubectl kustomize` (kustomize 5.5) prints for it, byte for byte.
 *
 * Refuses, by name: whatever lies outside the given files (remote bases, URLs, absolute paths),
 * plugins that run programs, and Helm charts. Start reading at `build.ts`, then `target.ts`; what is
 * done to objects stands in `transform/`, where it is done in `config/`.
 */
export { buildKustomization } from './build.ts';
export type { Kustomized, KustomizeInput } from './build.ts';
export { kustomizationFileIn } from './tree/kustomization-file.ts';
