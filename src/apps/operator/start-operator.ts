import { randomBytes } from 'node:crypto';
import type { Events } from '../../api/events/index.ts';
import type { ChartsRepository } from '../../api/helm-release/index.ts';
import type { Bus, Clock, Logger } from '../../base/index.ts';
import {
  ensureBasicAuth,
  startFunctions,
  type FunctionGateway,
  type FunctionPorts,
} from '../../features/function/index.ts';
import { startImages, type ScanSettings } from '../../features/image/index.ts';
import { startRelease } from '../../features/release/index.ts';
import { startSeal } from '../../features/seal/index.ts';
import {
  createDeployKey,
  isSshUrl,
  startSync,
  type DeployKeyPorts,
  type RepositorySettings,
} from '../../features/sync/index.ts';
import type { Credentials, Environment, SshKey } from '../../lib/git/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { createRegistryClient } from '../../lib/oci/index.ts';
import { applyCrds } from './crds.ts';

export interface OperatorPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly signal: AbortSignal;
  /** Folder of our own; everything in it can be made again. */
  readonly dataDir: string;
  readonly repositories: readonly RepositorySettings[];
  readonly credentials: Credentials;
  /** The machine's environment, for the git program. */
  readonly environment: Environment;
  /** Namespace of sync's own objects; it must exist, and so must `openfaas` and `kube-system`. */
  readonly namespace: string;
  readonly version: string;
  /** `host:port` of registries that are spoken to over plain HTTP. */
  readonly insecureRegistries: readonly string[];
  /** Folder of a repository of this process's own git server: it is read there. */
  readonly localFolder?: (url: string) => string | undefined;
  /** The SSH key's Secret (`flux-git-deploy` unless named otherwise) and what goes with it. */
  readonly deployKey?: Partial<Pick<DeployKeyPorts, 'dataKey' | 'knownHostsFile' | 'bits'>> & {
    readonly secretName?: string;
  };
  readonly scan?: Partial<ScanSettings>;
  /** Where FluxHelmReleases find their charts. */
  readonly chartsRepository?: ChartsRepository;
  readonly functions?: Pick<FunctionPorts, 'dialer' | 'settings'>;
}

/** What runs, and what is to be served. */
export interface Operator {
  /** fluxd's API. */
  readonly flux: Handler;
  /** The Sealed Secrets controller's endpoints. */
  readonly seal: Handler;
  readonly gateway: FunctionGateway;
  /** fluxd's metrics. */
  readonly metrics: () => Promise<Response>;
  /** Resolves when the signal has ended all of it. */
  readonly done: Promise<void>;
}

/** Applies our definitions, then starts every feature. They run until the signal aborts. */
export async function startOperator({ namespace, ...given }: OperatorPorts): Promise<Operator> {
  await applyCrds(given.cluster, given.clock, given.signal);
  const keyed = await withDeployKey({ namespace, ...given });
  const ports = { ...given, ...keyed };
  await ensureBasicAuth(ports.cluster);
  const functions = startFunctions({ ...ports, ...ports.functions });
  const seal = startSeal(ports);
  const release = startRelease({
    ...ports,
    dataDir: `${ports.dataDir}/release`,
    render: { now: () => ports.clock.now(), random: randomBytes },
  });
  const keySecretName = secretNameOf(given);
  const sync = startSync({
    ...ports,
    namespace,
    keySecretName,
    dataDir: `${ports.dataDir}/sync`,
  });
  const images = startImages({
    ...ports,
    dataDir: `${ports.dataDir}/image`,
    registry: (credentials) =>
      createRegistryClient({ credentials, insecureHosts: ports.insecureRegistries }),
  });
  const done = Promise.all([functions.done, seal.done, release.done, sync.done, images.done]).then(
    () => {},
  );
  // Questions about images and updates that end in a commit; the rest is the sync's.
  const flux: Handler = async (request) => (await images.handle(request)) ?? sync.handle(request);
  return { flux, seal: seal.handle, gateway: functions, metrics: sync.metrics, done };
}

function secretNameOf({ deployKey }: Pick<OperatorPorts, 'deployKey'>): string {
  return deployKey?.secretName ?? 'flux-git-deploy';
}

/** Where a repository needs it, the key is made and laid down before anything fetches. */
async function withDeployKey(
  ports: OperatorPorts,
): Promise<{ deployKey: ReturnType<typeof createDeployKey>; ssh?: SshKey }> {
  const deployKey = createDeployKey({
    ...ports.deployKey,
    cluster: ports.cluster,
    log: ports.log,
    secret: { namespace: ports.namespace, name: secretNameOf(ports) },
    dir: `${ports.dataDir}/ssh`,
  });
  const isNeeded = ports.repositories.some(({ url }) => isSshUrl(url));
  return { deployKey, ...(isNeeded ? { ssh: await deployKey.install() } : {}) };
}
