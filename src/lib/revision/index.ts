/**
 * What a revision of a repository declares, and how it is made to declare something else: plain
 * files, kustomizations (built here), and what the commands of a `.flux.yaml` print; encrypted files
 * are opened on the way. A change of an image or a policy is written back to where it came from: the
 * file, the kustomization, the patch file, or by the repository's own updaters. It applies nothing,
 * commits nothing and fetches nothing. Start with `reading.ts`, then `open-reader.ts`; writing begins
 * at `write/changed-files.ts`.
 */
export type { Maker, Reading, RevisionReader, Source } from './reading.ts';
export { openReader } from './open-reader.ts';
export type { Generating, ReaderOptions } from './open-reader.ts';
export { memorySource } from './memory-source.ts';
export { changedFiles } from './write/changed-files.ts';
export type { ObjectChange, WritePorts } from './write/changed-files.ts';
