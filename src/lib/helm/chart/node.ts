import type { JsonRecord } from '../../../base/index.ts';
import { copyValues } from '../values/tables.ts';
import type { Chart, ChartFile, ChartMetadata, Dependency } from './chart.ts';

/**
 * A chart while it is being rendered: dependencies are pruned, renamed and given imported values,
 * which Helm does by changing the chart itself. It is a copy; the `Chart` it came from stays as it is.
 */
export interface ChartNode {
  readonly source: Chart;
  metadata: ChartMetadata;
  values: JsonRecord;
  dependencies: ChartNode[];
  parent: ChartNode | undefined;
}

/** A copy of a chart and everything below it that may be changed. */
export function nodeOf(chart: Chart, parent?: ChartNode): ChartNode {
  const node: ChartNode = {
    source: chart,
    metadata: copyMetadata(chart.metadata),
    values: copyValues(chart.values),
    dependencies: [],
    parent,
  };
  node.dependencies = chart.dependencies.map((child) => nodeOf(child, node));
  return node;
}

function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  const { dependencies, ...rest } = metadata;
  return {
    ...rest,
    ...(dependencies === undefined ? {} : { dependencies: dependencies.map(copyDependency) }),
  };
}

function copyDependency(dependency: Dependency): Dependency {
  return { ...dependency };
}

/** Replaces a chart's children; they become its own. */
export function setDependencies(node: ChartNode, children: readonly ChartNode[]): void {
  node.dependencies = [...children];
  for (const child of children) child.parent = node;
}

/** `parent/charts/child`, as template names begin. */
export function fullPath(node: ChartNode): string {
  const { name } = node.metadata;
  return node.parent === undefined ? name : `${fullPath(node.parent)}/charts/${name}`;
}

/** A library chart gives only its partials. */
export function usableTemplates(node: ChartNode): readonly ChartFile[] {
  const { templates } = node.source;
  if (node.metadata.type !== 'library') return templates;
  return templates.filter(({ name }) => name.slice(name.lastIndexOf('/') + 1).startsWith('_'));
}
