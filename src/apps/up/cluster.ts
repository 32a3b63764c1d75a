import type { Clock, Logger } from '../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../embedded/apiserver/index.ts';
import {
  containersDriver,
  processDriver,
  startRuntime,
  startServiceProxy,
  type EngineName,
  type NodeRuntime,
} from '../../embedded/runtime/index.ts';
import { startWorkloads } from '../../embedded/workloads/index.ts';
import { connect, type Cluster } from '../../lib/kube/index.ts';
import type { DataDir } from './data-dir.ts';
import { enginesFor } from './engines.ts';
import { listenAt } from './listen-at.ts';
import { claimNetwork } from './network.ts';

export interface ClusterPorts {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly apiPort: number;
  /** `host:port` of registries that are spoken to over plain HTTP. */
  readonly insecureRegistries: readonly string[];
  /** The machine's environment: PATH for the processes of pods, and all of it for container engines. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly engine?: EngineName | undefined;
  readonly engineArguments: readonly string[];
}

/** The laptop cluster: API server, control loops and one node. */
export interface EmbeddedCluster {
  readonly cluster: Cluster;
  readonly server: ApiServer;
  readonly port: number;
  /** Resolves when the signal has ended loops and pods. */
  readonly done: Promise<void>;
  close(): Promise<void>;
}

const nodeName = 'trice';

/** Starts the API server on its port and writes `DIR/kubeconfig`. */
export async function startCluster(ports: ClusterPorts): Promise<EmbeddedCluster> {
  const { dir, clock, log, signal } = ports;
  const network = await claimNetwork(dir, signal);
  const { serviceCidr } = network;
  const server = await createApiServer({
    storePath: dir.file('cluster.db'),
    clock,
    log,
    serviceCidr,
  });
  const pki = await createPki({
    dir: dir.file('pki'),
    clock,
    hosts: ['localhost', '127.0.0.1', '::1'],
  });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await listenAt('api', ports.apiPort, dir.lastPorts.api, (port) =>
    server.listen({ host: '127.0.0.1', port, tls }),
  );
  await dir.write(
    'kubeconfig',
    kubeconfigText({ server: `https://127.0.0.1:${listening.port}`, pki }),
    true,
  );
  const cluster = connect({ transport: server.transport });
  const common = { cluster, clock, log, signal };
  const workloads = startWorkloads({
    ...common,
    nodeName,
    caPem: pki.caPem,
    volumesDir: dir.file('volumes'),
  });
  const node = startNode({
    ...ports,
    cluster,
    apiPort: listening.port,
    addressPrefix: network.podPrefix,
  });
  server.setPodRuntime(node.runtime);
  return {
    cluster,
    server,
    port: listening.port,
    done: Promise.all([workloads.done, node.done]).then(() => {}),
    async close() {
      await listening.close();
      await server.close();
    },
  };
}

/** The one node: pods as child processes or containers, and services that answer on their addresses. */
function startNode(
  ports: ClusterPorts & { readonly cluster: Cluster; readonly addressPrefix: string },
): {
  runtime: NodeRuntime;
  done: Promise<void>;
} {
  const { cluster, clock, log, signal, dir } = ports;
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
