import type { Clock, Logger } from '../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../embedded/apiserver/index.ts';
import { processDriver, startRuntime, startServiceProxy } from '../../embedded/runtime/index.ts';
import { startWorkloads } from '../../embedded/workloads/index.ts';
import { connect, type Cluster } from '../../lib/kube/index.ts';
import type { DataDir } from './data-dir.ts';
import { listenAt } from './listen-at.ts';

export interface ClusterPorts {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly apiPort: number;
  /** `host:port` of registries that are spoken to over plain HTTP. */
  readonly insecureRegistries: readonly string[];
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
export const serviceCidr = '127.65.0.0/16';

/** Starts the API server on its port and writes `DIR/kubeconfig`. */
export async function startCluster(ports: ClusterPorts): Promise<EmbeddedCluster> {
  const { dir, clock, log, signal } = ports;
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
  return {
    cluster,
    server,
    port: listening.port,
    done: workloads.done,
    async close() {
      await listening.close();
      await server.close();
    },
  };
}
