import type { Key, Kind, Run } from '../../base/index.ts';
import { chartSourceOf } from '../../api/helm-release/index.ts';
import { fetchBytes } from '../../lib/helm/index.ts';
import type { Handler, Transport } from '../../lib/http/index.ts';
import { createCompleteChart } from './charts/complete-chart.ts';
import { createGitCharts, sameRepository } from './charts/git-charts.ts';
import type { GitCharts } from './charts/git-charts.ts';
import { knownRepositories } from './charts/known-repositories.ts';
import { tlsTransport } from './charts/pull-secret.ts';
import { createRepositoryCharts } from './charts/repository-charts.ts';
import { startEdition } from './edition.ts';
import type { EditionPorts } from './edition.ts';
import { runEditions } from './editions.ts';
import type { Editions } from './editions.ts';
import { operatorHandler } from './operator/handler.ts';
import { createReleaseMetrics } from './operator/metrics.ts';
import type { ReleaseMetrics } from './operator/metrics.ts';
import { defaultSettings } from './ports.ts';
import type { ReleasePorts, ReleaseSettings } from './ports.ts';
import { wakeOnNews } from './wake.ts';
import { followLiveObjects } from './watch/live-objects.ts';
import { watchReleaseHeads } from './watch/release-heads.ts';
import { followValueObjects } from './watch/value-objects.ts';

/** The operator while it runs. */
export interface ReleaseFeature {
  /** Resolves when the signal has stopped it and work under way has ended. */
  readonly done: Promise<void>;
  /** helm-operator's HTTP API: `/healthz`, `/metrics`, `POST /api/v1/sync-git`. */
  readonly handle: Handler;
  /** Looks at a HelmRelease again, now. */
  enqueue(key: Key): void;
  /** How many HelmReleases wait to be looked at. */
  queued(): number;
  /** Asks every git repository again (`POST /api/v1/sync-git`). */
  syncGit(): void;
}

const maxValuesBytes = 8 * 1024 * 1024;

/** Starts the operator. It runs until the signal aborts. */
export function startRelease(ports: ReleasePorts): ReleaseFeature {
  const settings: ReleaseSettings = { ...defaultSettings, ...ports.settings };
  const log = ports.log.with({ component: 'helm-operator' });
  const run: Run = { clock: ports.clock, log, signal: ports.signal };
  const git = createGitCharts({
    ...ports,
    log,
    defaultRef: settings.gitDefaultRef,
    pollIntervalMs: settings.gitPollIntervalMs,
    timeoutMs: settings.gitTimeoutMs,
  });
  const running: { editions?: Editions } = {};
  const all = () => running.editions?.all() ?? [];
  const metrics = createReleaseMetrics({
    releases: () => all().reduce((sum, edition) => sum + edition.list().length, 0),
    queued: () => all().reduce((sum, edition) => sum + edition.queued(), 0),
  });
  const editionPorts = editionPortsOf(ports, { settings, run, git, metrics });
  const start = (kind: Kind, signal: AbortSignal) => startEdition(editionPorts, kind, signal);
  const editions = runEditions({ cluster: ports.cluster, run }, start);
  running.editions = editions;
  const waking = gitWaking(editions, git);
  wakeOnNews(ports, waking);
  const syncGit = (): void => {
    waking.stale();
    waking.wake();
  };
  return {
    done: untilClosed(editions.done, git),
    handle: operatorHandler({ metrics, syncGit }),
    enqueue: (key) => {
      for (const edition of editions.all()) edition.enqueue(key);
    },
    queued: () => all().reduce((sum, edition) => sum + edition.queued(), 0),
    syncGit,
  };
}

/** The releases whose chart comes from a repository, or from any. */
function gitWaking(
  editions: Editions,
  git: GitCharts,
): { stale: (url?: string) => void; wake: (url?: string) => void } {
  const users = (url?: string) =>
    editions.all().flatMap((edition) =>
      edition.list().flatMap((object) => {
        const source = chartSourceOf(object.spec);
        if (source?.type !== 'git') return [];
        const isUser = url === undefined || sameRepository(source.git) === sameRepository(url);
        return isUser ? [{ edition, object, repository: source.git }] : [];
      }),
    );
  return {
    stale: (url) => {
      for (const { repository } of users(url)) git.pushed(repository);
    },
    wake: (url) => {
      for (const { edition, object } of users(url)) edition.enqueue(object.metadata);
    },
  };
}

async function untilClosed(done: Promise<void>, git: GitCharts): Promise<void> {
  try {
    await done;
  } finally {
    await git.close();
  }
}

interface Parts {
  readonly settings: ReleaseSettings;
  readonly run: Run;
  readonly git: GitCharts;
  readonly metrics: ReleaseMetrics;
}

function editionPortsOf(ports: ReleasePorts, parts: Parts): EditionPorts {
  const { settings, run, git, metrics } = parts;
  const { cluster, clock, namespace, signal } = ports;
  const transport: Transport = ports.transport ?? ((request) => fetch(request));
  const known = knownRepositories(settings.repositoryFiles, run.log);
  const insecureHosts = ports.insecureRegistries ?? [];
  const fetching = { transport, clock, signal, known, insecureHosts };
  const repositories = createRepositoryCharts({
    ...ports,
    ...fetching,
    tlsTransport: ports.tlsTransport ?? tlsTransport,
  });
  const maxAgeMs = settings.chartsSyncIntervalMs;
  const completeChart = createCompleteChart({ ...fetching, maxAgeMs });
  return {
    controller: {
      cluster,
      clock,
      log: run.log,
      workers: settings.workers,
      ...(namespace === undefined ? {} : { namespace }),
    },
    observing: {
      cluster,
      git,
      repositories,
      readUrl: async (url) =>
        (await fetchBytes(fetching, { url, home: url, maxBytes: maxValuesBytes })).toString('utf8'),
      recheckMs: settings.chartsSyncIntervalMs,
      valueObjects: followValueObjects(cluster, run, namespace),
      withDependencies: (fetched) =>
        settings.updateChartDeps ? completeChart(fetched) : Promise.resolve(fetched.chart),
    },
    acting: {
      cluster,
      bus: ports.bus,
      render: ports.render,
      metrics,
      restMs: settings.chartsSyncIntervalMs,
    },
    live: {
      cluster,
      heads: watchReleaseHeads(cluster, run, namespace),
      objects: followLiveObjects(cluster, run, namespace),
      driftPolicy: settings.driftPolicy,
    },
    logDifferences: settings.logReleaseDiffs,
    chartsRepository: ports.chartsRepository,
  };
}
