import { KnownError } from '../../../base/index.ts';
import type { Chart } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';

/** What Helm checks before it renders: the chart's type, and that its dependencies are there. */
export function checkChart({ io }: Call, chart: Chart): void {
  const { type = '', deprecated } = chart.metadata;
  if (type !== '' && type !== 'application') {
    throw new KnownError('invalid', `${type} charts are not installable`);
  }
  if (deprecated === true) io.stderr.write('WARNING: This chart is deprecated\n');
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  throw new KnownError(
    'invalid',
    `An error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: ${missingText(missing)}`,
  );
}

/** Names of declared charts that are not in charts/. */
export function missingDependencies(chart: Chart): string[] {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const declared = chart.metadata.dependencies ?? [];
  return declared.filter(({ name }) => !present.has(name)).map(({ name }) => name);
}

/** Helm's words for them. */
export function missingText(missing: readonly string[]): string {
  return `found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`;
}
