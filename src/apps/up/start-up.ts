import type { Events } from '../../api/events/index.ts';
import { createBus, type Clock, type Logger } from '../../base/index.ts';
import type { Credentials, Environment } from '../../lib/git/index.ts';
import { listen, type Listening } from '../../lib/http/index.ts';
import { startGateway } from '../gateway/index.ts';
import { startOperator, type Operator } from '../operator/index.ts';
import { startCluster, type EmbeddedCluster } from './cluster.ts';
import { loginFile, type Login } from './credentials.ts';
import { openDataDir, type DataDir } from './data-dir.ts';
import { demoRepository } from './demo/demo-repository.ts';
import { setUpDemo } from './demo/set-up-demo.ts';
import { listenAt } from './listen-at.ts';
import type { Endpoint, UpOptions } from './options.ts';
import { announce, ensureNamespaces } from './platform-objects.ts';
import { loadRepositories } from './repositories.ts';
import { safeRepositoryUrl } from './repository-url.ts';
import { serveGit, serveRegistry } from './servers.ts';
import { statusPage } from './status-page.ts';
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

/** What is running so far, so that a failed start ends it too. */
interface Started {
  readonly stop: AbortController;
  readonly closers: Array<() => Promise<unknown>>;
}

const system = {
  flux: 'fluxcd',
  openfaas: 'openfaas',
  functions: 'openfaas-fn',
  kube: 'kube-system',
} as const;

/**
 * Starts everything on one data folder. Fails with a `KnownError` of one line (a port that is taken, a
 * folder that cannot be written) and leaves nothing running.
 */
export async function startUp(options: UpOptions, ports: UpPorts): Promise<Platform> {
  const dir = await openDataDir(options.dataDir, ports.pid);
  const started: Started = { stop: new AbortController(), closers: [() => dir.release()] };
  ports.signal.addEventListener('abort', () => started.stop.abort(ports.signal.reason), {
    once: true,
  });
  try {
    const up = await startAll({ options, ports, dir, started });
    return { up, stop: () => stopAll(started) };
  } catch (thrown) {
    await stopAll(started);
    throw thrown;
  }
}

async function stopAll({ stop, closers }: Started): Promise<void> {
  stop.abort(new Error('the platform stops'));
  for (const close of closers.toReversed()) await close().catch(() => {});
}

interface Starting {
  readonly options: UpOptions;
  readonly ports: UpPorts;
  readonly dir: DataDir;
  readonly started: Started;
}

async function startAll(starting: Starting): Promise<UpJson> {
  const { options, ports, dir, started } = starting;
  const { clock, log } = ports;
  const signal = started.stop.signal;
  const bus = createBus<Events>((thrown, type) =>
    log.error('a listener failed', { type, err: thrown }),
  );
  const gitLogin = await loginFile(dir, 'git-credentials', 'trice');
  const common = { dir, clock, log, bus, signal };

  const repository = options.isDemo ? demoRepository : 'trice/cluster';
  const git = await serveGit(
    { ...common, port: options.gitPort },
    { auth: gitLogin, repository, path: ports.environment['PATH'] },
  );
  started.closers.push(() => git.close());
  const registry = await serveRegistry({ ...common, port: options.registryPort });
  started.closers.push(() => registry.close());
  const insecureRegistries = [`localhost:${registry.port}`, `127.0.0.1:${registry.port}`];
  const embedded = await startCluster({
    ...common,
    apiPort: options.apiPort,
    insecureRegistries,
    path: ports.environment['PATH'],
  });
  started.closers.push(
    () => embedded.close(),
    () => embedded.done,
  );
  await ensureNamespaces(embedded.cluster, Object.values(system));
  ports.progress('the cluster is up');

  const gitBase = `http://localhost:${git.port}`;
  const credentials = credentialsFor(gitBase, gitLogin);
  const operator = await startOperator({
    ...common,
    cluster: embedded.cluster,
    dataDir: dir.file('operator'),
    repositories: await loadRepositories(dir, {
      name: options.isDemo ? 'demo' : 'cluster',
      url: safeRepositoryUrl(gitBase, repository),
    }),
    credentials,
    environment: ports.environment,
    namespace: system.flux,
    version: ports.version,
    insecureRegistries,
    functions: { settings: { readiness: quick, liveness: quick, imagePullPolicy: 'IfNotPresent' } },
  });
  started.closers.push(() => operator.done);
  const at = await serveOperator(starting, embedded, operator);
  const allPorts = { api: embedded.port, git: git.port, registry: registry.port, ...at };
  const up = await writeUpJson({ dir, cluster: embedded.cluster, ports: allPorts, pid: ports.pid });
  if (options.isDemo)
    await setUpDemo({
      ...common,
      credentials,
      environment: ports.environment,
      ports: allPorts,
      gitLogin,
      progress: ports.progress,
    });
  return up;
}

/** Functions of the platform itself answer at once: no reason to wait two seconds before the first look. */
const quick = { initialDelaySeconds: 0, timeoutSeconds: 1, periodSeconds: 1 };

/** Our own git server's login, for our own git server only. */
function credentialsFor(gitBase: string, login: Login): Credentials {
  return async (url) => (url.startsWith(`${gitBase}/`) ? login : undefined);
}

/** Serves what the operator hands out, and announces it in the cluster. */
async function serveOperator(
  { options, ports, dir, started }: Starting,
  embedded: EmbeddedCluster,
  operator: Operator,
): Promise<Record<'gateway' | 'ui', number>> {
  const { clock, log } = ports;
  const { cluster } = embedded;
  const signal = started.stop.signal;
  const keep = <T extends Listening>(listening: T): T => {
    started.closers.push(() => listening.close());
    return listening;
  };
  const host = '127.0.0.1';
  const gateway = keep(
    await listenAt('gateway', options.gatewayPort, dir.lastPorts.gateway, (port) =>
      startGateway({ cluster, clock, log, signal, host, port, gateway: operator.gateway }),
    ),
  );
  const flux = keep(await listen({ host, port: 0, handler: operator.flux }));
  const seal = keep(await listen({ host, port: 0, handler: operator.seal }));
  const endpoint = (name: Endpoint, port: number): [string, string] => [
    name,
    `http://localhost:${port}`,
  ];
  const page = statusPage({
    cluster,
    endpoints: Object.fromEntries([endpoint('gateway', gateway.port)]),
  });
  const ui = keep(
    await listenAt('ui', options.uiPort, dir.lastPorts.ui, (port) =>
      listen({ host, port, handler: page }),
    ),
  );
  await announce(cluster, [
    {
      namespace: system.flux,
      name: 'flux',
      port: 3030,
      portName: 'http',
      host,
      hostPort: flux.port,
    },
    {
      namespace: system.kube,
      name: 'sealed-secrets-controller',
      port: 8080,
      portName: 'http',
      host,
      hostPort: seal.port,
    },
    {
      namespace: system.openfaas,
      name: 'gateway',
      port: 8080,
      portName: 'http',
      host,
      hostPort: gateway.port,
    },
  ]);
  return { gateway: gateway.port, ui: ui.port };
}
