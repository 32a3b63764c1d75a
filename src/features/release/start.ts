import type { Key, Run } from '../../base/index.ts';
import { HelmRelease, chartSourceOf } from '../../api/helm-release/index.ts';
import { runController } from '../../lib/controller/index.ts';
import type { Reconciler } from '../../lib/controller/index.ts';
import { fetchBytes } from '../../lib/helm/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { act } from './act.ts';
import type { Acting } from './act.ts';
import { createAttempts } from './attempts.ts';
import { completeChart } from './charts/complete-chart.ts';
import { createGitCharts, sameRepository } from './charts/git-charts.ts';
import type { GitCharts } from './charts/git-charts.ts';
import { createRepositoryCharts } from './charts/repository-charts.ts';
import { decide } from './decide.ts';
import type { ReleaseStep, ReleaseView } from './decide.ts';
import { finalize } from './finalize.ts';
import { observe } from './observe.ts';
import type { ObservePorts } from './observe.ts';
import { defaultSettings } from './ports.ts';
import type { ReleasePorts, ReleaseSettings } from './ports.ts';
import { wakeOnNews } from './wake.ts';

/** The operator while it runs. */
export interface ReleaseFeature {
  /** Resolves when the signal has stopped it and work under way has ended. */
  readonly done: Promise<void>;
  /** Looks at a HelmRelease again, now. */
  enqueue(key: Key): void;
  /** Asks every git repository again (`POST /api/v1/sync-git`). */
  syncGit(): void;
}

/** Keeps the finalizer's place on the object; the release is uninstalled before it goes. */
const finalizer = 'helm.fluxcd.io/release';

const maxValuesBytes = 8 * 1024 * 1024;

/** Starts the operator. It runs until the signal aborts. */
export function startRelease(ports: ReleasePorts): ReleaseFeature {
  const settings: ReleaseSettings = { ...defaultSettings, ...ports.settings };
  const log = ports.log.with({ component: 'helm-operator' });
  const transport: Transport = ports.transport ?? ((request) => fetch(request));
  const git = createGitCharts({
    ...ports,
    log,
    defaultRef: settings.gitDefaultRef,
    pollIntervalMs: settings.gitPollIntervalMs,
    timeoutMs: settings.gitTimeoutMs,
  });
  const reconciler = reconcilerOf(ports, { settings, transport, git });
  const controller = runController(
    reconciler,
    {
      cluster: ports.cluster,
      clock: ports.clock,
      log,
      name: 'helm-operator',
      workers: settings.workers,
      ...(ports.namespace === undefined ? {} : { namespace: ports.namespace }),
    },
    ports.signal,
  );
  const usersOf = (url?: string): Array<{ object: HelmRelease; repository: string }> =>
    (controller.cache.list() as HelmRelease[]).flatMap((object) => {
      const source = chartSourceOf(object.spec);
      if (source?.type !== 'git') return [];
      const isUser = url === undefined || sameRepository(source.git) === sameRepository(url);
      return isUser ? [{ object, repository: source.git }] : [];
    });
  const stale = (url?: string): void => {
    for (const { repository } of usersOf(url)) git.pushed(repository);
  };
  const wake = (url?: string): void => {
    for (const { object } of usersOf(url)) controller.enqueue(object.metadata);
  };
  wakeOnNews(ports, { stale, wake });
  return {
    done: untilClosed(controller.done, git),
    enqueue: controller.enqueue,
    syncGit: () => {
      stale();
      wake();
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

function reconcilerOf(
  ports: ReleasePorts,
  parts: { settings: ReleaseSettings; transport: Transport; git: GitCharts },
): Reconciler<HelmRelease, ReleaseView, AttemptedStep> {
  const { settings, transport, git } = parts;
  const attempts = createAttempts(ports.clock);
  const fetching = { transport, clock: ports.clock, signal: ports.signal };
  const observing: ObservePorts = {
    cluster: ports.cluster,
    git,
    repositories: createRepositoryCharts({ ...ports, transport }),
    readUrl: async (url) =>
      (await fetchBytes(fetching, { url, home: url, maxBytes: maxValuesBytes })).toString('utf8'),
    attempts,
    recheckMs: settings.chartsSyncIntervalMs,
    withDependencies: (chart) =>
      settings.updateChartDeps ? completeChart(fetching, chart) : Promise.resolve(chart),
  };
  const acting = (object: HelmRelease, run: Run, attempt: string): Acting => ({
    cluster: ports.cluster,
    bus: ports.bus,
    render: ports.render,
    attempts,
    restMs: settings.chartsSyncIntervalMs,
    object,
    run,
    attempt,
    helm: { ...run, cluster: ports.cluster, render: ports.render },
  });
  return {
    kind: HelmRelease,
    finalizer,
    observe: (object, run) => observe(observing, object, run),
    decide: (object, view) => {
      const decision = decide(object, view);
      if (decision.is !== 'act') return decision;
      return { ...decision, step: { step: decision.step, attempt: view.attempt } };
    },
    nameOf: ({ step }) => step.do,
    act: (object, { step, attempt }, run) => act(acting(object, run, attempt), step),
    finalize: (object, run) => finalize(acting(object, run, '')),
  };
}

interface AttemptedStep {
  readonly step: ReleaseStep;
  readonly attempt: string;
}
