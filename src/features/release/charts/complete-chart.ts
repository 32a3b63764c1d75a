import { KnownError } from '../../../base/index.ts';
import { isCompatible, loadChart, openChartRepository } from '../../../lib/helm/index.ts';
import type { Chart, Dependency, FetchPorts } from '../../../lib/helm/index.ts';

/**
 * The chart with the dependencies it declares and does not carry, fetched from their repositories
 * as `helm dependency update` would. A chart that carries all of them is given back as it is.
 */
export async function completeChart(ports: FetchPorts, chart: Chart): Promise<Chart> {
  const declared = chart.metadata.dependencies ?? [];
  const missing = declared.filter((each) => !isCarried(chart, each));
  if (missing.length === 0) return chart;
  const fetched = await Promise.all(missing.map((each) => fetchDependency(ports, each)));
  return { ...chart, dependencies: [...chart.dependencies, ...fetched] };
}

function isCarried(chart: Chart, { name, version = '' }: Dependency): boolean {
  return chart.dependencies.some(
    ({ metadata }) => metadata.name === name && isCompatible(version || '*', metadata.version),
  );
}

async function fetchDependency(ports: FetchPorts, dependency: Dependency): Promise<Chart> {
  const { name, version = '', repository } = dependency;
  if (!/^https?:\/\//.test(repository)) {
    throw new KnownError(
      'unsupported',
      `dependency ${name}: repository ${JSON.stringify(repository)} cannot be used here; put the chart into charts/ (helm dependency update does it) or name an http(s) repository`,
    );
  }
  const client = openChartRepository({ ...ports, url: repository });
  const { archive } = await client.fetchChart(name, version);
  return loadChart(archive);
}
