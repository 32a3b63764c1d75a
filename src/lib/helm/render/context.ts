import type { JsonRecord } from '../../../base/index.ts';
import { fromBytes, typedMap } from '../../gotemplate/index.ts';
import { fullPath, usableTemplates } from '../chart/node.ts';
import type { ChartNode } from '../chart/node.ts';
import { put, tableAt } from '../values/tables.ts';
import { filesOf } from './files.ts';
import { capabilitiesOf, chartObject, releaseOf } from './objects.ts';
import type { Surroundings } from './objects.ts';
import { valuesType } from './values-type.ts';

/** A template with the data it runs on. Templates of one chart share one `dot`. */
export interface ChartTemplate {
  readonly text: string;
  readonly dot: JsonRecord;
  /** Puts this template's own name into the shared data; to be called right before it runs. */
  readonly enter: () => void;
}

/** What the templates of a chart see, and those of the charts below it. */
export interface ChartContext {
  /** The chart's name, or its alias. */
  readonly name: string;
  readonly dot: JsonRecord;
  readonly templates: readonly TemplateText[];
  readonly below: readonly ChartContext[];
}

interface TemplateText {
  /** The full path. */
  readonly name: string;
  readonly text: string;
  /** What `.Template` is in it. */
  readonly own: JsonRecord;
}

/** The data of a chart and its subcharts. `values` are shared, not copied: templates may change them. */
export function contextOf(
  chart: ChartNode,
  values: JsonRecord,
  around: Surroundings,
): ChartContext {
  const shared = { Release: releaseOf(around.release), Capabilities: capabilitiesOf(around) };
  return contextWith(chart, values, shared);
}

function contextWith(chart: ChartNode, values: JsonRecord, shared: JsonRecord): ChartContext {
  const own = {
    Chart: chartObject(chart.metadata, chart.parent === undefined),
    Files: filesOf(chart.source.files),
    ...shared,
  };
  const path = fullPath(chart);
  const templates = usableTemplates(chart).map(({ name, data }) => ({
    name: `${path}/${name}`,
    text: fromBytes(data),
    own: typedMap({ Name: `${path}/${name}`, BasePath: `${path}/templates` }, valuesType),
  }));
  const below = chart.dependencies.map((child) =>
    contextWith(child, sectionOf(values, child.metadata.name), shared),
  );
  const { name } = chart.metadata;
  return { name, dot: dotOf(own, values, below), templates, below };
}

/** The same charts with other values; all that is not made of values is the very same object. */
export function withValues(context: ChartContext, values: JsonRecord): ChartContext {
  const below = context.below.map((child) => withValues(child, sectionOf(values, child.name)));
  return { ...context, dot: dotOf(context.dot, values, below), below };
}

function dotOf(own: JsonRecord, values: JsonRecord, below: readonly ChartContext[]): JsonRecord {
  const subcharts: JsonRecord = {};
  for (const { name, dot } of below) put(subcharts, name, dot);
  return typedMap(
    { ...own, Values: typedMap(values, valuesType), Subcharts: subcharts },
    valuesType,
  );
}

function sectionOf(values: JsonRecord, name: string): JsonRecord {
  return tableAt(values, name) ?? {};
}

/** Every template of a context by its full path. */
export function templatesOf(context: ChartContext): Map<string, ChartTemplate> {
  const templates = new Map<string, ChartTemplate>();
  const add = ({ dot, templates: own, below }: ChartContext): void => {
    for (const child of below) add(child);
    for (const { name, text, own: template } of own) {
      const enter = (): void => {
        dot['Template'] = template;
      };
      templates.set(name, { text, dot, enter });
    }
  };
  add(context);
  return templates;
}
