/**
 * A cluster's client: typed by kind, watch and cache first. `Cluster` is the port everyone takes;
 * `connect` makes one from a transport (a server's handler in-process, or Node's https client made
 * from a kubeconfig). It knows no kinds of ours, holds no queue and never retries a write by itself.
 * Start with `cluster.ts`, then `cache.ts`.
 */
export type {
  ApplyHow,
  Change,
  Cluster,
  Condition,
  DeleteHow,
  Listed,
  PatchHow,
  Query,
  Resource,
  WatchQuery,
  WriteHow,
} from './cluster.ts';
export { connect } from './http-cluster.ts';
export { watchCache } from './cache.ts';
export type { Cache } from './cache.ts';
export { kinds } from './kinds.ts';
export { recordEvent } from './record-event.ts';
export type { EventToRecord } from './record-event.ts';
export { inClusterConfig, loadKubeconfig } from './kubeconfig.ts';
export { kubeconfigTransport } from './kubeconfig-transport.ts';
export type { ExecPlugin, PluginHost } from './login/exec-plugin.ts';
export type { Impersonation, Kubeconfig } from './kubeconfig.ts';
export { matchesSelector, parseSelector, selectorText } from './selector.ts';
export type { LabelSelector } from './selector.ts';
