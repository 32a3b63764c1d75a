/**
 * Makes the cluster what git repositories say: fetches each repository when it is pushed to or a
 * timer says so, reads its manifests, applies what changed in order, deletes what left, moves the
 * sync tag and tells how it went: in the log as fluxd does, in the ConfigMap `trice-sync-<name>` of
 * our namespace, as events on it, and through fluxd's HTTP API. One bad file or repository never
 * holds up the others. It commits nothing and scans no registry: that is `features/image`.
 * Start with `start-sync.ts`, then `repository-sync.ts` (the loop) and `sync-pass.ts` (one sync).
 */
export { startSync } from './start-sync.ts';
export type { RunningSync } from './start-sync.ts';
export type { SyncPorts } from './ports.ts';
export { readRepositories } from './repositories.ts';
export { repositorySettings } from './settings.ts';
export type { PruneGuard, RepositorySettings } from './settings.ts';
export { isSameRepository } from './same-repository.ts';
export { listMarked } from './live.ts';
export { problemText, readReport, stateLabel } from './state-object.ts';
export type { SyncReport, SyncState } from './state-object.ts';
export type { Problem } from './desired.ts';
export type { ListedWorkload } from './api/list-workloads.ts';
export { createDeployKey, isSshUrl } from './ssh/deploy-key.ts';
export type { DeployKey, DeployKeyPorts } from './ssh/deploy-key.ts';
export type { PublicKey } from './ssh/public-key.ts';
export type { GitStatus } from './connection.ts';
export type { EventOrigin, EventSink } from './events/event-sink.ts';
export type { FluxEvent, FluxEventType } from './events/flux-event.ts';
export { cloudEventsSink, upstreamSink } from './events/http-sinks.ts';
export { createSopsKeys } from './decrypt/sops-keys.ts';
export type { SopsKeyPorts } from './decrypt/sops-keys.ts';
