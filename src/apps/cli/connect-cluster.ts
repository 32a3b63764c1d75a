import os from 'node:os';
import path from 'node:path';
import {
  connect,
  inClusterConfig,
  kubeconfigTransport,
  loadKubeconfig,
  type Cluster,
  type Kubeconfig,
  type PluginHost,
} from '../../lib/kube/index.ts';
import type { CliIo } from './io.ts';

export interface ConnectCluster {
  /** `--kubeconfig` */
  readonly kubeconfig?: string;
  /** `--context` */
  readonly context?: string;
  /** URL of the API server, in place of the kubeconfig's. */
  readonly server?: string;
  /** More that takes the place of what the kubeconfig says. With a server there need be no kubeconfig. */
  readonly override?: Partial<Kubeconfig>;
}

/**
 * The cluster a command line means: `--kubeconfig`, else `$KUBECONFIG` (several files), else
 * `~/.kube/config`, else the service account of the pod it runs in.
 */
export async function connectCluster(
  io: CliIo,
  how: ConnectCluster = {},
): Promise<{ cluster: Cluster; config: Kubeconfig }> {
  const override = {
    ...how.override,
    ...(how.server === undefined ? {} : { server: how.server }),
  };
  const config = { ...(await findConfig(io, how)), ...override };
  return { cluster: connect({ transport: kubeconfigTransport(config) }), config };
}

/** A cluster of which nothing is known but where it is. */
const nothing: Omit<Kubeconfig, 'server'> = {
  context: '',
  namespace: undefined,
  ca: undefined,
  insecure: false,
  tlsServerName: undefined,
  clientCert: undefined,
  clientKey: undefined,
  token: undefined,
  basic: undefined,
};

async function findConfig(
  io: CliIo,
  { kubeconfig, context, override }: ConnectCluster,
): Promise<Kubeconfig> {
  const listed = kubeconfig ?? io.env['KUBECONFIG'] ?? '';
  const home = io.env['HOME'] ?? os.homedir();
  const files =
    listed === ''
      ? [path.join(home, '.kube', 'config')]
      : listed.split(path.delimiter).filter((file) => file !== '');
  try {
    return await loadKubeconfig({
      files: files.map((file) => path.resolve(io.cwd, file)),
      ...(context ? { context } : {}),
      plugins: pluginHost(io),
    });
  } catch (thrown) {
    const inside = listed === '' ? await inClusterConfig(io.env) : undefined;
    if (inside !== undefined) return inside;
    const server = override?.server;
    if (server === undefined || listed !== '') throw thrown;
    return { ...nothing, server };
  }
}

/** How a kubeconfig's exec plug-ins are run for this call. */
export function pluginHost({ env, stdin, clock }: CliIo): PluginHost {
  return { env, isInteractive: stdin.isTTY === true, clock };
}
