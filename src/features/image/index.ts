/**
 * Keeps the images of automated workloads at the newest tag their filter allows: scans registries,
 * edits the manifests without touching another byte, commits with Flux's words and pushes. It also
 * answers fluxd's API for images and for updates that end in a commit (release, policy). It applies
 * nothing to the cluster: the sync does, when it sees the commit. Start with `start-images.ts`,
 * then `image-loop.ts` and `decide.ts`.
 */
export { startImages } from './start-images.ts';
export type { RunningImages } from './start-images.ts';
export type { ImagePorts } from './ports.ts';
export { scanSettings } from './settings.ts';
export type { ImageRepository, ScanSettings } from './settings.ts';
