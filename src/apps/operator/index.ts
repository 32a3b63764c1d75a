/**
 * Every reconciler in one process: makes sure that the cluster knows our kinds, then starts sync,
 * release, image, seal and function on it, and hands out their HTTP surfaces for the app above to
 * serve. Beside them: the connection to fluxd's upstream and the receiver of webhooks. It reads no
 * arguments and listens nowhere. Start with `start-operator.ts`.
 */
export { startOperator } from './start-operator.ts';
export type { Operator, OperatorPorts } from './start-operator.ts';
export { crds } from './crds.ts';
export { allFeatures, featureNames } from './features.ts';
export type { FeatureName } from './features.ts';
export { joinedMetrics } from './api-routes.ts';
export { hookPath, receiverHandler } from './receiver/receiver.ts';
export type { ReceiverEndpoint, ReceiverPorts } from './receiver/receiver.ts';
export { sources as receiverSources } from './receiver/sources.ts';
export { startUpstream } from './upstream/upstream.ts';
export type { Upstream, UpstreamPorts } from './upstream/upstream.ts';
