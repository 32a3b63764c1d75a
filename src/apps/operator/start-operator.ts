import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Events } from '../../api/events/index.ts';
import type { ChartsRepository } from '../../api/helm-release/index.ts';
import { KnownError, type Bus, type Clock, type Logger } from '../../base/index.ts';
import {
  ensureBasicAuth,
  startFunctionGateway,
  startFunctions,
  type FunctionGateway,
  type FunctionPorts,
} from '../../features/function/index.ts';
import { startImages, type ScanSettings } from '../../features/image/index.ts';
import { startRelease, type ReleaseSettings } from '../../features/release/index.ts';
import { startSeal, type SealSettings } from '../../features/seal/index.ts';
import { startSync, type RepositorySettings, type SyncPorts } from '../../features/sync/index.ts';
import type { Credentials, Environment, Keyring } from '../../lib/git/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { createRegistryClient } from '../../lib/oci/index.ts';
import { apiRoutes, joinedMetrics } from './api-routes.ts';
import { applyCrds } from './crds.ts';
import { secretNameOf, withDeployKey, type DeployKeyChoice } from './deploy-key.ts';
import { allFeatures, type FeatureName } from './features.ts';

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
  /** All when absent. */
  readonly features?: ReadonlySet<FeatureName>;
  /** Folder of a repository of this process's own git server: it is read there. */
  readonly localFolder?: (url: string) => string | undefined;
  /** The SSH key's Secret (`flux-git-deploy` unless named otherwise) and what goes with it. */
  readonly deployKey?: DeployKeyChoice;
  /** Keys for signing, checking signatures and SOPS. */
  readonly keyring?: Keyring;
  readonly sopsKeys?: NonNullable<SyncPorts['sopsKeys']>;
  /** Where events go besides the log. */
  readonly events?: NonNullable<SyncPorts['events']>;
  readonly scan?: Partial<ScanSettings>;
  /** Where FluxHelmReleases find their charts. */
  readonly chartsRepository?: ChartsRepository;
  readonly release?: {
    readonly settings?: Partial<ReleaseSettings>;
    /** HelmReleases of this namespace only. */
    readonly namespace?: string;
  };
  readonly seal?: Partial<SealSettings>;
  readonly functions?: Pick<FunctionPorts, 'dialer' | 'settings'>;
}

/** What runs, and what is to be served. */
export interface Operator {
  /** fluxd's API, and the Helm Operator's. */
  readonly flux: Handler;
  /** The Sealed Secrets controller's endpoints. */
  readonly seal: Handler;
  readonly gateway: FunctionGateway;
  /** The metrics of every program whose place is taken here. */
  readonly metrics: () => Promise<Response>;
  /** Makes a new key for sealed secrets, now. */
  readonly renewSealKey: () => Promise<void>;
  /** Resolves when the signal has ended all of it. */
  readonly done: Promise<void>;
}

/** Applies our definitions, then starts every feature. They run until the signal aborts. */
export async function startOperator(given: OperatorPorts): Promise<Operator> {
  const { features = allFeatures, bus } = given;
  await unlessForbidden(given.log, 'custom resource definitions', () =>
    applyCrds(given.cluster, given.clock, given.signal, features),
  );
  const keyed = await withDeployKey(given);
  // Namespace is the sync's alone: the release operator would look after no other.
  const { namespace, release: releaseOptions, seal: sealSettings, ...rest } = given;
  const ports = { ...rest, ...keyed, repositories: features.has('sync') ? rest.repositories : [] };
  const functions = await startFunctionParts(ports, features);
  const seal = features.has('seal')
    ? startSeal({ ...ports, ...(sealSettings === undefined ? {} : { settings: sealSettings }) })
    : absent;
  const release = features.has('release')
    ? startRelease({
        ...ports,
        ...releaseOptions,
        dataDir: `${ports.dataDir}/release`,
        render: { now: () => ports.clock.now(), random: randomBytes },
      })
    : absent;
  const sync = startSync({
    ...ports,
    namespace,
    keySecretName: secretNameOf(given),
    // Callers' own names must not be taken for ports of the same name.
    registry: new Registry(),
    dataDir: `${ports.dataDir}/sync`,
  });
  const images = startImages({
    ...ports,
    dataDir: `${ports.dataDir}/image`,
    registry: (credentials) =>
      createRegistryClient({ credentials, insecureHosts: ports.insecureRegistries }),
  });
  const parts = [functions.done, seal.done, release.done, sync.done, images.done];
  return {
    flux: apiRoutes({ images: images.handle, sync: sync.handle, release: release.handle, bus }),
    seal: seal.handle,
    gateway: functions,
    metrics: () =>
      joinedMetrics([sync.metrics, () => metricsOf(release.handle), () => metricsOf(seal.handle)]),
    renewSealKey: seal.renewKey,
    done: Promise.all(parts).then(() => {}),
  };
}

/** Takes the place of a feature that is switched off. */
const absent: { handle: Handler; renewKey: () => Promise<void>; done: Promise<void> } = {
  handle: ({ url }) =>
    new URL(url).pathname === '/metrics'
      ? new Response('')
      : new Response('404 page not found\n', { status: 404 }),
  renewKey: async () => {},
  done: Promise.resolve(),
};

const metricsOf = (handle: Handler): Response | Promise<Response> =>
  handle(new Request('http://localhost/metrics'));

async function startFunctionParts(
  ports: Pick<OperatorPorts, 'cluster' | 'clock' | 'log' | 'signal' | 'functions'>,
  features: ReadonlySet<FeatureName>,
): Promise<FunctionGateway & { readonly done: Promise<void> }> {
  const given = { ...ports, ...ports.functions };
  if (!features.has('function')) {
    const ended = new AbortController();
    ended.abort();
    return {
      ...startFunctionGateway({ ...given, signal: ended.signal }),
      done: Promise.resolve(),
    };
  }
  await unlessForbidden(ports.log, 'the Secret openfaas/basic-auth', () =>
    ensureBasicAuth(ports.cluster),
  );
  return startFunctions(given);
}

/** Where an account may not do it, a person has done it or does without. */
async function unlessForbidden(
  log: Logger,
  what: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'denied')) throw thrown;
    log.warn(`${what}: not allowed to write; left as found`, { err: thrown.message });
  }
}
