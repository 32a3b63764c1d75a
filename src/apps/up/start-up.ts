import type { Events } from '../../api/events/index.ts';
import { createBus, KnownError, type Bus, type Clock, type Logger } from '../../base/index.ts';
import type { Credentials, Environment } from '../../lib/git/index.ts';
import { startOperator, type Operator } from '../operator/index.ts';
import { startCluster, type EmbeddedCluster } from './cluster.ts';
import { loginFile, type Login } from './credentials.ts';
import { openDataDir, type DataDir } from './data-dir.ts';
import { demoRepository } from './demo/demo-repository.ts';
import { setUpDemo } from './demo/set-up-demo.ts';
import type { UpOptions } from './options.ts';
import { ensureNamespaces, system } from './platform-objects.ts';
import { loadRepositories } from './repositories.ts';
import { safeRepositoryUrl } from './repository-url.ts';
import { serveOperator } from './serve-operator.ts';
import { serveGit, serveRegistry } from './servers.ts';
import { writeUpJson, type UpJson } from './up-json.ts';

export interface UpPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The machine's environment, for the git program. */
  readonly environment: Environment;
  readonly pid: number;
  readonly version: string;
  /** Hears of each step of the start, in words. */
  readonly progress: (text: string) => void;
  /** The program's own signal; aborting it stops the platform too. */
  readonly signal: AbortSignal;
}

/** A platform that is up. */
export interface Platform {
  readonly up: UpJson;
  /** Ends servers, pods and loops, in that order; then the folder may be used again. */
  stop(): Promise<void>;
}

/**
 * Starts everything on one data folder. Fails with a `KnownError` of one line (a port that is taken, a
 * folder that cannot be written) and leaves nothing running.
 */
export async function startUp(options: UpOptions, ports: UpPorts): Promise<Platform> {
  if (options.isDemo && !hasFeatures(options))
    throw new KnownError(
      'invalid',
      '--demo shows the features: leave out --demo or --features=off',
    );
  const dir = await openDataDir(options.dataDir, ports.pid);
  const stop = new AbortController();
  const closers: Array<() => Promise<unknown>> = [() => dir.release()];
  ports.signal.addEventListener('abort', () => stop.abort(ports.signal.reason), { once: true });
  const { clock, log } = ports;
  const bus = createBus<Events>((err, type) => log.error('a listener failed', { type, err }));
  const base: Base = { options, ports, dir, clock, log, bus, signal: stop.signal, closers };
  try {
    const up = await startAll(base);
    return { up, stop: () => stopAll(stop, closers) };
  } catch (thrown) {
    await stopAll(stop, closers);
    throw thrown;
  }
}

async function stopAll(stop: AbortController, closers: Base['closers']): Promise<void> {
  stop.abort(new Error('the platform stops'));
  for (const close of closers.toReversed()) await close().catch(() => {});
}

/** What every part of the platform is handed. */
export interface Base {
  readonly options: UpOptions;
  readonly ports: UpPorts;
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly signal: AbortSignal;
  /** Ended in reverse order when the platform stops, or when its start fails. */
  readonly closers: Array<() => Promise<unknown>>;
}

/** The git server and the registry: where people push to. */
interface Stores {
  readonly git: number;
  readonly registry: number;
  readonly gitUrl: string;
  readonly gitLogin: Login;
  readonly credentials: Credentials;
  /** Where a repository of the git server lies. */
  readonly localFolder: (url: string) => string | undefined;
  readonly insecureRegistries: readonly string[];
}

async function startAll(base: Base): Promise<UpJson> {
  const { options, ports, dir } = base;
  const stores = await startStores(base);
  const embedded = await startEmbedded(base, stores);
  ports.progress('the cluster is up');
  const { cluster, ports: served } = embedded;
  const { pid, environment, progress } = ports;
  const { git, registry } = stores;
  if (!hasFeatures(options))
    return writeUpJson({ dir, cluster, ports: { ...served, git, registry }, pid });
  await ensureNamespaces(cluster, Object.values(system));
  const operator = await startFeatures(base, stores, embedded);
  const own = await serveOperator(base, cluster, operator);
  const all = { ...served, git, registry, ...own };
  const up = await writeUpJson({ dir, cluster, ports: all, pid });
  if (options.isDemo) await setUpDemo({ ...base, ...stores, ports: all, environment, progress });
  return up;
}

function hasFeatures({ without = [] }: UpOptions): boolean {
  return !without.includes('features');
}

async function startStores(base: Base): Promise<Stores> {
  const { options, ports, dir, closers } = base;
  const auth = await loginFile(dir, 'git-credentials', 'trice');
  const { protectedBranches = [], maxPushBytes } = options;
  const policy = { protectedBranches, ...(maxPushBytes === undefined ? {} : { maxPushBytes }) };
  const path = ports.environment['PATH'];
  const how = { auth, repository: repositoryOf(options), path, policy };
  const git = await serveGit({ ...base, port: options.gitPort }, how);
  closers.push(() => git.close());
  const registry = await serveRegistry({ ...base, port: options.registryPort });
  closers.push(() => registry.close());
  const gitUrl = `http://localhost:${git.port}`;
  return {
    git: git.port,
    registry: registry.port,
    gitUrl,
    gitLogin: auth,
    // Our own git server's login, for our own git server only.
    credentials: async (url) => (url.startsWith(`${gitUrl}/`) ? auth : undefined),
    localFolder: git.folderOf,
    insecureRegistries: [`localhost:${registry.port}`, `127.0.0.1:${registry.port}`],
  };
}

function repositoryOf({ isDemo }: UpOptions): string {
  return isDemo ? demoRepository : 'trice/cluster';
}

async function startEmbedded(base: Base, { insecureRegistries }: Stores): Promise<EmbeddedCluster> {
  const { apiPort, engine, engineArguments = [], api, without } = base.options;
  const { ingressPort = 0, ingressTlsPort = 0 } = base.options;
  const embedded = await startCluster({
    ...base,
    apiPort,
    ingressPort,
    ingressTlsPort,
    engine,
    engineArguments,
    api,
    without,
    insecureRegistries,
    environment: base.ports.environment,
  });
  base.closers.push(
    () => embedded.close(),
    () => embedded.done,
  );
  return embedded;
}

/** The platform's own functions are looked at from the first moment: no reason to wait two seconds. */
const probe = { initialDelaySeconds: 0, timeoutSeconds: 1, periodSeconds: 1 };

async function startFeatures(
  base: Base,
  stores: Stores,
  { cluster }: EmbeddedCluster,
): Promise<Operator> {
  const { options, ports, dir, closers } = base;
  const url = safeRepositoryUrl(stores.gitUrl, repositoryOf(options));
  const operator = await startOperator({
    ...base,
    ...stores,
    cluster,
    dataDir: dir.file('operator'),
    repositories: await loadRepositories(dir, { name: options.isDemo ? 'demo' : 'cluster', url }),
    environment: ports.environment,
    namespace: system.flux,
    version: ports.version,
    functions: { settings: { readiness: probe, liveness: probe, imagePullPolicy: 'IfNotPresent' } },
  });
  closers.push(() => operator.done);
  return operator;
}
