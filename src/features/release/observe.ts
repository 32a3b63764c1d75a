import { createHash } from 'node:crypto';
import { KnownError, keyText, messageOf } from '../../base/index.ts';
import type { Key, Run } from '../../base/index.ts';
import { chartSourceOf, releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { ChartSource, HelmRelease } from '../../api/helm-release/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { Attempts } from './attempts.ts';
import type { CompleteChart } from './charts/complete-chart.ts';
import type { GitCharts, MirrorHow } from './charts/git-charts.ts';
import type { RepositoryCharts } from './charts/repository-charts.ts';
import type { Obstacle, ReleaseView } from './view.ts';
import { checkDependencies } from './dependencies.ts';
import type { LiveReleases } from './live-releases.ts';
import { secretCredentials } from './secret-credentials.ts';
import { composeValues } from './values.ts';
import type { ComposedValues, ReadUrl } from './values.ts';
import type { ValueObjects } from './watch/value-objects.ts';
import type { FetchedChart, WantedRelease } from './wanted.ts';

/** What looking at a HelmRelease may ask. */
export interface ObservePorts {
  readonly cluster: Cluster;
  readonly git: GitCharts;
  readonly repositories: RepositoryCharts;
  readonly readUrl: ReadUrl;
  readonly attempts: Attempts;
  readonly recheckMs: number;
  readonly valueObjects: ValueObjects;
  readonly liveReleases: LiveReleases;
  /** Another HelmRelease of the same kind, as the watch knows it. */
  readonly neighbour: (key: Key) => HelmRelease | undefined;
  /** Completes a chart from git with dependencies it does not carry. */
  readonly withDependencies: CompleteChart;
}

const defaultTimeoutSeconds = 300;

const noHelm2 =
  "no client found for Helm 'v2': Helm 2 and Tiller are not supported; convert the release (helm 2to3 convert), then set spec.helmVersion to v3";

/**
 * Reads all that decides about one HelmRelease. Failures to get chart or values become obstacles.
 * Watches answer at first; what they say is read again from the cluster before anything is done.
 */
export async function observe(
  ports: ObservePorts,
  object: HelmRelease,
  run: Run,
): Promise<ReleaseView> {
  const { observedGeneration = 0, phase } = object.status ?? {};
  const isSettled =
    phase === 'Succeeded' && observedGeneration >= (object.metadata.generation ?? 0);
  const view = await viewOf(ports, object, { run, isFresh: !isSettled });
  const isQuiet = !('phase' in view.wanted) && view.live?.difference === undefined;
  if (!isSettled || isQuiet) return view;
  return viewOf(ports, object, { run, isFresh: true });
}

interface Looking {
  readonly run: Run;
  /** Ask the cluster itself. */
  readonly isFresh: boolean;
}

async function viewOf(
  ports: ObservePorts,
  object: HelmRelease,
  how: Looking,
): Promise<ReleaseView> {
  const dependencies = checkDependencies(object, ports.neighbour);
  const found: WantedRelease | Obstacle =
    'circle' in dependencies
      ? circleObstacle(dependencies.circle)
      : await wantedOf(ports, object, how);
  const attempt = digestOf([
    object.metadata.generation ?? 0,
    'phase' in found ? found.message : [found.digest, found.values],
  ]);
  return {
    attempt,
    wanted: found,
    unmet: 'unmet' in dependencies ? dependencies.unmet : undefined,
    live: await ports.liveReleases.look(object, found, { run: how.run, attempt }),
    failed: ports.attempts.last(object.metadata),
    recheckMs: ports.recheckMs,
    timeoutMs: (object.spec.timeout ?? defaultTimeoutSeconds) * 1000,
  };
}

function circleObstacle(circle: string): Obstacle {
  return { phase: 'Failed', code: 'invalid', message: `dependsOn goes in a circle: ${circle}` };
}

async function wantedOf(
  ports: ObservePorts,
  object: HelmRelease,
  how: Looking,
): Promise<WantedRelease | Obstacle> {
  if (object.spec.helmVersion === 'v2') {
    return { phase: 'Failed', code: 'unsupported', message: noHelm2 };
  }
  const source = chartSourceOf(object.spec);
  if (source === undefined) {
    const message = 'could not find valid chart source configuration for release';
    return { phase: 'ChartFetchFailed', code: 'invalid', message };
  }
  const { run } = how;
  const chart = await trying<FetchedChart>(
    'ChartFetchFailed',
    () => fetchChart(ports, object, source),
    run,
  );
  if ('phase' in chart) return chart;
  const valuesPorts = {
    readUrl: ports.readUrl,
    getObject: (kind: Parameters<ValueObjects['get']>[0], key: Key) =>
      ports.valueObjects.get(kind, key, how.isFresh),
  };
  const composed = await trying<ComposedValues>(
    'Failed',
    () => composeValues(valuesPorts, object, chart.chart),
    run,
  );
  if ('phase' in composed) return composed;
  return {
    ...chart,
    ...composed,
    name: releaseNameOf(object),
    namespace: targetNamespaceOf(object),
  };
}

async function trying<T>(
  phase: Obstacle['phase'],
  work: () => Promise<T>,
  run: Run,
): Promise<T | Obstacle> {
  try {
    return await work();
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    return { phase, code: thrown.code, message: messageOf(thrown) };
  }
}

async function fetchChart(
  ports: ObservePorts,
  object: HelmRelease,
  source: ChartSource,
): Promise<FetchedChart> {
  const { namespace = 'default' } = object.metadata;
  if (source.type === 'repository') return ports.repositories.fetch(source, namespace);
  const fetched = await ports.git.fetch(source, mirrorHow(ports, object, source));
  if (source.skipDepUpdate) return fetched;
  return { ...fetched, chart: await ports.withDependencies(fetched) };
}

function mirrorHow(
  ports: ObservePorts,
  object: HelmRelease,
  source: Extract<ChartSource, { type: 'git' }>,
): MirrorHow {
  if (source.secretRef === undefined) return {};
  const { namespace: own = 'default' } = object.metadata;
  const { name, namespace = own } = source.secretRef;
  return {
    key: `${keyText({ namespace: own, name })}/${namespace}`,
    credentials: secretCredentials(ports.cluster, { namespace, name }, source.git),
  };
}

function digestOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
