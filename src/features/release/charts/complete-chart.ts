import { KnownError } from '../../../base/index.ts';
import { isCompatible, loadChart, openChartRepository } from '../../../lib/helm/index.ts';
import type { Chart, Dependency, FetchPorts } from '../../../lib/helm/index.ts';
import type { FetchedChart } from '../wanted.ts';
import type { KnownRepositories } from './known-repositories.ts';
import { isOci, loadOciChart } from './oci-chart.ts';

/** What dependencies are fetched with. */
export interface DependencyPorts extends FetchPorts {
  readonly known: KnownRepositories;
  readonly insecureHosts: readonly string[];
  /** How long what was fetched for one commit of a chart is used again. */
  readonly maxAgeMs: number;
}

/** Gives charts from git the dependencies that they declare and do not carry, as `helm dependency update` would. */
export type CompleteChart = (fetched: FetchedChart) => Promise<Chart>;

/** As many as there are charts in memory. */
const maxCharts = 64;

/** A chart that carries all of its dependencies is given back as it is; others are fetched once for all who ask. */
export function createCompleteChart(ports: DependencyPorts): CompleteChart {
  const held = new Map<string, { chart: Promise<Chart>; at: number }>();
  return async (fetched) => {
    const { chart } = fetched;
    const missing = missingOf(chart);
    if (missing.length === 0) return chart;
    const id = `${fetched.digest} ${fetched.revision}`;
    const now = ports.clock.now().getTime();
    const known = held.get(id);
    const isFresh = known !== undefined && now - known.at < ports.maxAgeMs;
    const entry = isFresh ? known : { chart: complete(ports, fetched, missing), at: now };
    held.delete(id);
    held.set(id, entry);
    const [oldest] = held.keys();
    if (held.size > maxCharts && oldest !== undefined) held.delete(oldest);
    try {
      return await entry.chart;
    } catch (thrown) {
      held.delete(id);
      throw thrown;
    }
  };
}

function missingOf(chart: Chart): Dependency[] {
  const declared = chart.metadata.dependencies ?? [];
  return declared.filter(
    ({ name, version = '' }) =>
      !chart.dependencies.some(
        ({ metadata }) => metadata.name === name && isCompatible(version, metadata.version),
      ),
  );
}

async function complete(
  ports: DependencyPorts,
  fetched: FetchedChart,
  missing: readonly Dependency[],
): Promise<Chart> {
  const { chart } = fetched;
  const found = await Promise.all(missing.map((each) => fetchDependency(ports, fetched, each)));
  return { ...chart, dependencies: [...chart.dependencies, ...found] };
}

async function fetchDependency(
  ports: DependencyPorts,
  { beside }: FetchedChart,
  dependency: Dependency,
): Promise<Chart> {
  const { name, version = '' } = dependency;
  const repository = dependency.repository ?? '';
  if (repository.startsWith('file://') && beside !== undefined) {
    return beside(repository.slice('file://'.length));
  }
  if (isOci(repository)) return loadOciChart(ports, { repository, name, version });
  return fromRepository(ports, dependency, repository);
}

async function fromRepository(
  ports: DependencyPorts,
  { name, version = '' }: Dependency,
  repository: string,
): Promise<Chart> {
  const alias = /^(?:@|alias:)(.+)$/.exec(repository)?.[1];
  const known = await (alias === undefined ? ports.known.at(repository) : ports.known.named(alias));
  const url = known?.url ?? repository;
  if (!/^https?:\/\//.test(url)) {
    throw new KnownError(
      'unsupported',
      `dependency ${name}: repository ${JSON.stringify(repository)} cannot be used here; put the chart into charts/ (helm dependency update does it) or name an http(s) or oci repository`,
    );
  }
  const { credentials } = known ?? {};
  const access = credentials === undefined ? {} : { credentials };
  const client = openChartRepository({ ...ports, url, ...access });
  const { archive } = await client.fetchChart(name, version);
  return loadChart(archive);
}
