/**
 * The release operator: makes the cluster's Helm releases what HelmReleases say, as Flux's Helm
 * Operator did, with releases that Helm itself reads. One HelmRelease never disturbs another; a
 * release that a crash left in the middle is recovered; what others change in its objects is reported
 * or repaired. Refuses: Helm 2, charts outside their repository's folder, a release that belongs to
 * another HelmRelease. Start with `decide.ts` (all the thinking), then `observe.ts`, `act/act.ts` and
 * `edition.ts` (one of the three kinds while it runs).
 */
export { startRelease } from './start.ts';
export type { ReleaseFeature } from './start.ts';
export { defaultSettings } from './ports.ts';
export type { ReleasePorts, ReleaseSettings } from './ports.ts';
export { operatorFlags, parseOperatorFlags } from './operator/settings.ts';
export type { OperatorOptions } from './operator/settings.ts';
