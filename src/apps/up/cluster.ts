import type { Clock, Logger } from '../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../embedded/apiserver/index.ts';
import {
  processDriver,
  startRuntime,
  startServiceProxy,
  type NodeRuntime,
} from '../../embedded/runtime/index.ts';
import { startWorkloads } from '../../embedded/workloads/index.ts';
import { connect, type Cluster } from '../../lib/kube/index.ts';
import type { DataDir } from './data-dir.ts';
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
  /** The machine's PATH, for the processes of pods. */
  readonly path?: string | undefined;
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
  const workloads = startWorkloads({ ...common, nodeName, caPem: pki.caPem });
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

/** The one node: pods as child processes, and services that answer on their addresses. */
function startNode(
  ports: ClusterPorts & { readonly cluster: Cluster; readonly addressPrefix: string },
): {
  runtime: NodeRuntime;
  done: Promise<void>;
} {
  const { cluster, clock, log, signal, dir } = ports;
  const namesFile = dir.file('node', 'services.json');
  const driver = processDriver({
    dataDir: dir.file('node'),
    clock,
    log,
    namesFile,
    addressPrefix: ports.addressPrefix,
    registry: { insecureHosts: ports.insecureRegistries, clock },
    ...(ports.path === undefined ? {} : { path: ports.path }),
  });
  const runtime = startRuntime({
    cluster,
    clock,
    log,
    signal,
    nodeName,
    dataDir: dir.file('node'),
    drivers: [driver],
    apiServer: { host: '127.0.0.1', port: ports.apiPort },
  });
  const proxy = startServiceProxy({ cluster, clock, log, signal, namesFile });
  return { runtime, done: Promise.all([runtime.done, proxy.done]).then(() => {}) };
}
