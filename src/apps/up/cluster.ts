import type { Clock, Logger } from '../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
  type Pki,
} from '../../embedded/apiserver/index.ts';
import {
  ingressRouter,
  serveIngress,
  serveIngressTls,
  type EngineName,
  type NodeRuntime,
} from '../../embedded/runtime/index.ts';
import { startWorkloads } from '../../embedded/workloads/index.ts';
import { connect, type Cluster } from '../../lib/kube/index.ts';
import type { DataDir } from './data-dir.ts';
import { listenAt } from './listen-at.ts';
import { claimNetwork } from './network.ts';
import type { ApiSwitches, Part } from './options.ts';
import { startNode } from './node.ts';

export interface ClusterPorts {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly apiPort: number;
  readonly ingressPort: number;
  readonly ingressTlsPort: number;
  /** `host:port` of registries that are spoken to over plain HTTP. */
  readonly insecureRegistries: readonly string[];
  /** The machine's environment: PATH for the processes of pods, and all of it for container engines. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly engine?: EngineName | undefined;
  readonly engineArguments: readonly string[];
  readonly api?: ApiSwitches | undefined;
  readonly without?: readonly Part[] | undefined;
}

/** The laptop cluster: API server, control loops and one node. */
export interface EmbeddedCluster {
  readonly cluster: Cluster;
  readonly server: ApiServer;
  readonly ports: { readonly api: number; readonly ingress?: number; readonly ingressTls?: number };
  /** Resolves when the signal has ended loops and pods. */
  readonly done: Promise<void>;
  close(): Promise<void>;
}

const nodeName = 'trice';

/** Starts the API server on its port and writes `DIR/kubeconfig`; then control loops and node, unless they are left out. */
export async function startCluster(ports: ClusterPorts): Promise<EmbeddedCluster> {
  const { dir, clock, log, signal, without = [] } = ports;
  const network = await claimNetwork(dir, signal);
  const { server, port, pki, close } = await startServer(ports, network.serviceCidr);
  const cluster = connect({ transport: server.transport });
  const hasNode = !without.includes('node');
  const runsPods = hasNode && !without.includes('workloads');
  // Asked by autoscalers only, long after the node has been started.
  let runtime: NodeRuntime | undefined;
  const workloads = startWorkloads({
    usageOf: async (pod) => runtime?.usage(pod) ?? new Map(),
    cluster,
    clock,
    log,
    signal,
    nodeName,
    ...(ports.api?.profile === undefined ? {} : { profile: ports.api.profile }),
    keepsNode: hasNode,
    schedules: !without.includes('workloads'),
    caPem: pki.caPem,
    ...(runsPods ? { volumesDir: dir.file('volumes') } : {}),
  });
  const tasks = [workloads.done];
  let ingress: { readonly ingress: number; readonly ingressTls: number } | undefined;
  if (runsPods) {
    const { podPrefix: addressPrefix } = network;
    const { serviceCidr = network.serviceCidr } = ports.api ?? {};
    const node = startNode({
      ...ports,
      cluster,
      nodeName,
      apiPort: port,
      addressPrefix,
      serviceCidr,
    });
    runtime = node.runtime;
    server.setPodRuntime(runtime);
    const { done, ...opened } = await openIngress(ports, cluster);
    ingress = opened;
    tasks.push(done);
    tasks.push(node.done);
  }
  return {
    cluster,
    server,
    ports: { api: port, ...ingress },
    done: Promise.all(tasks).then(() => {}),
    close,
  };
}

/** Serves Ingresses on two ports until the signal. */
async function openIngress(
  ports: ClusterPorts,
  cluster: Cluster,
): Promise<{
  readonly ingress: number;
  readonly ingressTls: number;
  readonly done: Promise<void>;
}> {
  const { dir, clock, log, signal, ingressPort, ingressTlsPort } = ports;
  const router = ingressRouter({ cluster, clock, log, signal });
  const host = '127.0.0.1';
  const { lastPorts } = dir;
  const plain = await listenAt('ingress', ingressPort, lastPorts.ingress, (port) =>
    serveIngress(router, { host, port }),
  );
  signal.addEventListener('abort', () => void plain.close(), { once: true });
  const tls = await listenAt('ingressTls', ingressTlsPort, lastPorts.ingressTls, (port) =>
    serveIngressTls(router, { host, port }),
  );
  const done = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => void tls.close().then(resolve, resolve), { once: true });
  });
  return { ingress: plain.port, ingressTls: tls.port, done };
}

interface Serving {
  readonly server: ApiServer;
  readonly pki: Pki;
  readonly port: number;
  close(): Promise<void>;
}

async function startServer(ports: ClusterPorts, range: string): Promise<Serving> {
  const { dir, clock, log, api = {} } = ports;
  const { serviceCidr = range, tokenFile, clientCaFile, ...switches } = api;
  const server = await createApiServer({
    storePath: dir.file('cluster.db'),
    clock,
    log,
    ...switches,
    serviceCidr,
    auth: {
      ...(tokenFile === undefined ? {} : { tokenFile }),
      ...(clientCaFile === undefined ? {} : { clientCaFile }),
    },
  });
  const hosts = ['localhost', '127.0.0.1', '::1'];
  const pki = await createPki({ dir: dir.file('pki'), clock, hosts });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await listenAt('api', ports.apiPort, dir.lastPorts.api, (port) =>
    server.listen({ host: '127.0.0.1', port, tls }),
  );
  const url = `https://127.0.0.1:${listening.port}`;
  await dir.write('kubeconfig', kubeconfigText({ server: url, pki }), true);
  const close = async (): Promise<void> => {
    await listening.close();
    await server.close();
  };
  return { server, pki, port: listening.port, close };
}
