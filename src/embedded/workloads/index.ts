/**
 * The control loops of a cluster, over any `Cluster`: deployment, replica set and replication controller,
 * job, cron job, stateful and daemon set, autoscalers on the usage of pods, volume claims on folders of
 * this machine, disruption budgets, service endpoints, scheduler for one node, namespace deletion, garbage
 * collection by owner, service account and root certificate per namespace, node and lease. Every loop is
 * level-based: a key is queued, the loop looks, decides (pure) and writes. It runs no container and
 * allocates no service address (the API server does). Start with `start-workloads.ts`, then `loop.ts` and
 * any `<kind>/decide-*.ts`.
 */
export { startWorkloads } from './start-workloads.ts';
export type { Workloads, WorkloadsOptions } from './start-workloads.ts';
