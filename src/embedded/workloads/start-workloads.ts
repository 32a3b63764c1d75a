import type { Clock, Logger } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { startAutoscaleLoop, type UsageOf } from './autoscale/autoscale-loop.ts';
import { startCollectLoop } from './collect/collect-loop.ts';
import { watchAll } from './collect/watch-all.ts';
import { startCronJobLoop } from './cron-job/cron-job-loop.ts';
import { startDisruptionLoop } from './disruption/disruption-loop.ts';
import { startDeploymentLoop } from './deployment/deployment-loop.ts';
import { startJobLoop } from './job/job-loop.ts';
import { openStores, type LoopPorts } from './loop-ports.ts';
import { startAccountLoop } from './namespace/account-loop.ts';
import { startNamespaceLoop } from './namespace/namespace-loop.ts';
import { keepNode } from './node/node-object.ts';
import { startSchedulerLoop } from './node/scheduler-loop.ts';
import { servedKinds } from './served-kinds.ts';
import { startDaemonSetLoop } from './daemon-set/daemon-set-loop.ts';
import { startStatefulSetLoop } from './stateful-set/stateful-set-loop.ts';
import { startStorageLoop } from './storage/storage-loop.ts';
import {
  startReplicaSetLoop,
  startReplicationControllerLoop,
} from './replica-set/replica-set-loop.ts';
import { startEndpointsLoop } from './service/endpoints-loop.ts';

export interface WorkloadsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The one node; pods are bound to it. */
  readonly nodeName: string;
  /** Of the API server; `modern` unless told otherwise. */
  readonly profile?: 'modern' | 'legacy';
  /** False: nobody registers the node and keeps its lease. */
  readonly keepsNode?: boolean;
  /** False: pods stay Pending until somebody else binds them. */
  readonly schedules?: boolean;
  /** PEM of the API server's certificate authority, for the ConfigMap kube-root-ca.crt. */
  readonly caPem: string;
  /** What the containers of a pod use now, for autoscalers; absent: they hear nothing. */
  readonly usageOf?: UsageOf;
  /** Folders of volumes are made below it; absent: claims are bound to volumes that are there, and no class is made. */
  readonly volumesDir?: string;
}

export interface Workloads {
  /** Resolves after the signal, when no write is in hand. */
  readonly done: Promise<void>;
}

/** Starts every control loop. They run until the signal, and survive any failure of the cluster. */
export function startWorkloads(options: WorkloadsOptions): Workloads {
  const { cluster, clock, log, signal, nodeName, caPem, volumesDir } = options;
  const { keepsNode = true, schedules = true } = options;
  const served = servedKinds(options.profile ?? 'modern');
  const ports: LoopPorts = {
    cluster,
    clock,
    log,
    signal,
    stores: openStores(cluster, served, { clock, log, signal }),
    served,
  };
  const collect = startCollectLoop(ports);
  const namespaces = startNamespaceLoop(ports);
  watchAll(ports, (kind, object, gone) => {
    collect.listen(kind, object, gone);
    namespaces.listen(kind, object, gone);
  });
  const loops = [
    collect,
    namespaces,
    startDeploymentLoop(ports),
    startReplicaSetLoop(ports),
    startReplicationControllerLoop(ports),
    startJobLoop(ports),
    startCronJobLoop(ports),
    startDisruptionLoop(ports),
    startStatefulSetLoop(ports),
    startAutoscaleLoop(ports, options.usageOf ?? (async () => new Map())),
    startDaemonSetLoop(ports, nodeName),
    startEndpointsLoop(ports),
    ...(schedules ? [startSchedulerLoop(ports, nodeName)] : []),
    startAccountLoop(ports, caPem),
    ...startStorageLoop(ports, volumesDir),
  ];
  const tasks = keepsNode ? [keepNode(ports, nodeName)] : [];
  return {
    done: Promise.all([...loops.map((each) => each.done), ...tasks]).then(() => {}),
  };
}
