import {
  containersDriver,
  processDriver,
  startRuntime,
  startServiceProxy,
  type NodeRuntime,
} from '../../embedded/runtime/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { ClusterPorts } from './cluster.ts';
import { enginesFor } from './engines.ts';

/** What the node is handed. */
export interface NodePorts extends ClusterPorts {
  readonly cluster: Cluster;
  readonly nodeName: string;
  /** First half of the addresses of its pods, e.g. `127.64`. */
  readonly addressPrefix: string;
  /** Range of service addresses on this machine. */
  readonly serviceCidr: string;
}

/** The one node: pods as child processes or containers, and services that answer on their addresses. */
export function startNode(ports: NodePorts): {
  readonly runtime: NodeRuntime;
  readonly done: Promise<void>;
} {
  const { cluster, clock, log, signal, dir, nodeName } = ports;
  const namesFile = dir.file('node', 'services.json');
  const registry = { insecureHosts: ports.insecureRegistries, clock };
  const path = ports.environment['PATH'];
  const processes = processDriver({
    dataDir: dir.file('node'),
    clock,
    log,
    namesFile,
    addressPrefix: ports.addressPrefix,
    registry,
    ...(path === undefined ? {} : { path }),
  });
  const engines = enginesFor(ports.engine, path).map((name) =>
    containersDriver({
      engine: { name, environment: ports.environment },
      engineArguments: ports.engineArguments,
      dataDir: dir.file('node'),
      clock,
      log,
      registry,
      network: { cluster, signal, serviceCidr: ports.serviceCidr },
    }),
  );
  const runtime = startRuntime({
    cluster,
    clock,
    log,
    signal,
    nodeName,
    dataDir: dir.file('node'),
    // Images of our own builder start quickest as processes; who asks for an engine wants containers.
    drivers: ports.engine === undefined ? [processes, ...engines] : [...engines, processes],
    apiServer: { host: '127.0.0.1', port: ports.apiPort },
  });
  const proxy = startServiceProxy({ cluster, clock, log, signal, namesFile });
  return { runtime, done: Promise.all([runtime.done, proxy.done]).then(() => {}) };
}
