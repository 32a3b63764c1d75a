import type { Clock, Logger, Run } from '../../base/index.ts';
import type { DirectHandler, Handler, UpgradeHandler } from '../../lib/http/index.ts';
import { kinds, watchCache } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { isRecord } from '../../base/index.ts';
import { runFunctionController } from './controller/reconciler.ts';
import { watchGate } from './gateway/auth.ts';
import { directInvoke } from './gateway/direct-invoke.ts';
import { watchEndpoints } from './gateway/endpoints.ts';
import type { Dialer } from './gateway/invoke.ts';
import { createMetrics } from './gateway/metrics.ts';
import type { GatewayMetrics } from './gateway/metrics.ts';
import { gatewayHandler } from './gateway/routes.ts';
import type { RoutePorts } from './gateway/routes.ts';
import { upgradeToFunction } from './gateway/upgrade.ts';
import { defaultSettings } from './settings.ts';
import type { FunctionSettings } from './settings.ts';

/** What the feature is plugged into. */
export interface FunctionPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** For platforms where a pod's address is not reached as it stands. */
  readonly dialer?: Dialer;
  readonly settings?: Partial<FunctionSettings>;
}

/** A running gateway. */
export interface FunctionGateway {
  readonly handle: Handler;
  /** The hot path of `/function/NAME` for a server that can hand requests over as they are. */
  readonly direct: DirectHandler;
  /** WebSockets and other upgrades of `/function/NAME`. */
  readonly upgrade: UpgradeHandler;
  /** Resolves when functions, endpoints and the password have been read once. */
  readonly ready: Promise<void>;
}

/** Starts the gateway alone: calls, the REST API, metrics. */
export function startFunctionGateway(ports: FunctionPorts): FunctionGateway {
  const settings = { ...defaultSettings, ...ports.settings };
  const { cluster, clock, signal, dialer } = ports;
  const log = ports.log.with({ component: 'gateway' });
  const run: Run = { signal, clock, log };
  const metrics = createMetrics();
  const endpoints = watchEndpoints(cluster, run);
  const gate = watchGate(cluster, settings.systemNamespace, run);
  followReplicas(cluster, metrics, run);
  const routes: RoutePorts = {
    endpoints,
    metrics,
    clock,
    log,
    dialer,
    gate,
    system: { cluster, clock, log, metrics, settings },
  };
  return {
    handle: gatewayHandler(routes),
    direct: directInvoke(routes, settings.functionNamespace),
    upgrade: upgradeToFunction(routes, settings.functionNamespace),
    ready: Promise.all([endpoints.ready, gate.ready]).then(() => {}),
  };
}

/** Starts the controller and the gateway. `done` resolves when the signal has ended both. */
export function startFunctions(
  ports: FunctionPorts,
): FunctionGateway & { readonly done: Promise<void> } {
  const settings = { ...defaultSettings, ...ports.settings };
  const log = ports.log.with({ component: 'openfaas-operator' });
  const controller = runFunctionController(ports.cluster, settings, { ...ports, log });
  return { ...startFunctionGateway(ports), done: controller.done };
}

function followReplicas(cluster: Cluster, metrics: GatewayMetrics, run: Run): void {
  const query = { labelSelector: 'faas_function' };
  watchCache(cluster, kinds.Deployment, run, query).onChange(({ type, object }) => {
    const { name, namespace = '' } = object.metadata;
    const status = isRecord(object.status) ? object.status : {};
    const count = type !== 'deleted' && typeof status.replicas === 'number' ? status.replicas : 0;
    metrics.setReplicas(`${name}.${namespace}`, count);
  });
}
