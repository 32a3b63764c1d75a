import { createHash } from 'node:crypto';
import { KnownError, messageOf } from '../../base/index.ts';
import type { JsonRecord, Run } from '../../base/index.ts';
import {
  chartSourceOf,
  releaseNameOf,
  resourceIdOf,
  targetNamespaceOf,
} from '../../api/helm-release/index.ts';
import type { ChartSource, HelmRelease } from '../../api/helm-release/index.ts';
import { createSecretStore, releaseDifference } from '../../lib/helm/index.ts';
import type { Chart, Release, ReleaseStore } from '../../lib/helm/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { antecedentOf } from './antecedent.ts';
import type { Attempts } from './attempts.ts';
import type { GitCharts, MirrorHow } from './charts/git-charts.ts';
import type { RepositoryCharts } from './charts/repository-charts.ts';
import type { LiveRelease, Obstacle, ReleaseView } from './decide.ts';
import { isTrue } from './status.ts';
import { secretCredentials } from './secret-credentials.ts';
import { composeValues } from './values.ts';
import type { ReadUrl } from './values.ts';
import type { FetchedChart, WantedRelease } from './wanted.ts';

/** What looking at a HelmRelease may ask. */
export interface ObservePorts {
  readonly cluster: Cluster;
  readonly git: GitCharts;
  readonly repositories: RepositoryCharts;
  readonly readUrl: ReadUrl;
  readonly attempts: Attempts;
  readonly recheckMs: number;
  /** Completes a chart from git with dependencies it does not carry. */
  readonly withDependencies: (chart: Chart) => Promise<Chart>;
}

const defaultTimeoutSeconds = 300;

/** Reads all that decides about one HelmRelease. Failures to get chart or values become obstacles. */
export async function observe(
  ports: ObservePorts,
  object: HelmRelease,
  run: Run,
): Promise<ReleaseView> {
  const found = await wantedOf(ports, object, run);
  const attempt = digestOf([
    object.metadata.generation ?? 0,
    'phase' in found ? found.message : [found.digest, found.values],
  ]);
  const failed = ports.attempts.last(object.metadata);
  return {
    attempt,
    wanted: found,
    live: await liveOf(ports, object, { found, run }),
    failed,
    recheckMs: ports.recheckMs,
    timeoutMs: (object.spec.timeout ?? defaultTimeoutSeconds) * 1000,
  };
}

async function wantedOf(
  ports: ObservePorts,
  object: HelmRelease,
  run: Run,
): Promise<WantedRelease | Obstacle> {
  if (object.spec.helmVersion === 'v2') {
    return { phase: 'Failed', code: 'unsupported', message: "no client found for Helm 'v2'" };
  }
  const source = chartSourceOf(object.spec);
  if (source === undefined) {
    const message = 'could not find valid chart source configuration for release';
    return { phase: 'ChartFetchFailed', code: 'invalid', message };
  }
  const chart = await trying('ChartFetchFailed', () => fetchChart(ports, object, source), run);
  if ('phase' in chart) return chart;
  const values = await trying('Failed', () => composeValues(ports, object, chart.chart), run);
  if (isObstacle(values)) return values;
  return {
    ...chart,
    name: releaseNameOf(object),
    namespace: targetNamespaceOf(object),
    values,
  };
}

function isObstacle(value: JsonRecord | Obstacle): value is Obstacle {
  return obstacles.has(value);
}

// Values are any map, so an obstacle is told by its identity.
const obstacles = new WeakSet<object>();

async function trying<T>(
  phase: Obstacle['phase'],
  work: () => Promise<T>,
  run: Run,
): Promise<T | Obstacle> {
  try {
    return await work();
  } catch (thrown) {
    if (run.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    const obstacle = { phase, code: thrown.code, message: messageOf(thrown) };
    obstacles.add(obstacle);
    return obstacle;
  }
}

async function fetchChart(
  ports: ObservePorts,
  object: HelmRelease,
  source: ChartSource,
): Promise<FetchedChart> {
  if (source.type === 'repository') return ports.repositories.fetch(source);
  const fetched = await ports.git.fetch(source, mirrorHow(ports, object, source));
  if (source.skipDepUpdate) return fetched;
  return { ...fetched, chart: await ports.withDependencies(fetched.chart) };
}

function mirrorHow(
  ports: ObservePorts,
  object: HelmRelease,
  source: Extract<ChartSource, { type: 'git' }>,
): MirrorHow {
  if (source.secretRef === undefined) return {};
  const { name, namespace = object.metadata.namespace ?? 'default' } = source.secretRef;
  return {
    key: `${object.metadata.namespace ?? 'default'}/${name}/${namespace}`,
    credentials: secretCredentials(ports.cluster, { namespace, name }, source.git),
  };
}

async function liveOf(
  ports: ObservePorts,
  object: HelmRelease,
  { found, run }: { found: WantedRelease | Obstacle; run: Run },
): Promise<LiveRelease | undefined> {
  const name = releaseNameOf(object);
  const namespace = targetNamespaceOf(object);
  const store = createSecretStore({ ...ports, clock: run.clock, namespace });
  const last = await store.last(name);
  if (last === undefined) return undefined;
  const { status, last_deployed: deployed } = last.info;
  const difference =
    'phase' in found ? undefined : releaseDifference(await comparedOf(object, store, last), found);
  const otherOwner = await otherOwnerOf(ports.cluster, object, last);
  return {
    version: last.version,
    status,
    ageMs: run.clock.now().getTime() - new Date(deployed).getTime(),
    ...(difference === undefined ? {} : { difference }),
    ...(otherOwner === undefined ? {} : { otherOwner }),
  };
}

/** The revision that what is wanted is compared with: after a rollback the one that was given up. */
async function comparedOf(
  object: HelmRelease,
  store: ReleaseStore,
  last: Release,
): Promise<Release> {
  if (!isTrue(object.status ?? {}, 'RolledBack')) return last;
  const given = (await store.heads(last.name)).findLast(
    ({ status }) => status === 'failed' || status === 'superseded',
  );
  return (given && (await store.get(given.name, given.version))) ?? last;
}

/** The HelmRelease that the release's objects name, unless it is this one. */
async function otherOwnerOf(
  cluster: Cluster,
  object: HelmRelease,
  release: Release,
): Promise<string | undefined> {
  const owner = await antecedentOf(cluster, release);
  return owner === undefined || owner === resourceIdOf(object) ? undefined : owner;
}

function digestOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
