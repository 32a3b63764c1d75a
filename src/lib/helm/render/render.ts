import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { FunctionPorts } from '../../gotemplate/index.ts';
import type { Chart, ChartFile } from '../chart/chart.ts';
import { fullPath, nodeOf } from '../chart/node.ts';
import type { ChartNode } from '../chart/node.ts';
import { isCompatible } from '../versions.ts';
import { ChartTrace } from '../trace/render-trace.ts';
import type { RenderTrace } from '../trace/render-trace.ts';
import { ValueOrigins } from '../trace/value-origins.ts';
import type { ValuesSource } from '../trace/values-source.ts';
import { coalesce } from '../values/coalesce.ts';
import { processDependencies } from '../values/dependencies.ts';
import { copyValues } from '../values/tables.ts';
import { validateValues } from '../values/validate-values.ts';
import { helmGoVersion, helmVersion } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { contextOf, templatesOf } from './context.ts';
import type { ChartTemplate } from './context.ts';
import type { Lookup } from './functions.ts';
import { sortManifests } from './manifests.ts';
import type { SortedManifests } from './manifests.ts';
import type { Surroundings } from './objects.ts';
import { TemplateSet } from './template-set.ts';

/** What `.Release` shows. */
export interface ReleaseFacts {
  readonly name: string;
  readonly namespace: string;
  readonly revision?: number;
  /** Absent: an install. */
  readonly isUpgrade?: boolean;
}

export interface RenderOptions {
  readonly chart: Chart;
  /** What the user gave; never changed. */
  readonly values?: JsonRecord;
  readonly release: ReleaseFacts;
  readonly capabilities: Capabilities;
  /** Answers `lookup`; absent: every lookup is empty, as with no cluster. */
  readonly lookup?: Lookup;
  /** Where `now`, random bytes and the local time zone come from. */
  readonly ports: FunctionPorts;
  /** A missing map key is an error. */
  readonly strict?: boolean;
  /** `required` and `fail` give an empty text and are reported as warnings. */
  readonly lint?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** NOTES.txt of subcharts too. */
  readonly subchartNotes?: boolean;
  /**
   * Notes which template and which values make each line: `Rendered.trace`. Takes longer; what is
   * printed is the same.
   */
  readonly trace?: boolean;
  /** For `trace`: where `values` came from, those that count more last. */
  readonly valuesSources?: readonly ValuesSource[];
  /** Hears each line of `Rendered.warnings` as it comes up, also when rendering fails afterwards. */
  readonly onWarning?: (line: string) => void;
}

/** A file of `crds/`: applied as it stands, before everything else. */
export interface CrdFile {
  /** Path inside the chart; `filename` has the charts above it too. */
  readonly name: string;
  readonly filename: string;
  readonly data: Uint8Array;
}

/** A chart with values laid under it and templates run. */
export interface Rendered extends SortedManifests {
  readonly notes: string;
  readonly crds: readonly CrdFile[];
  /** The computed values of the root chart. */
  readonly values: JsonRecord;
  /** The chart as rendering left it: disabled dependencies gone, values imported. */
  readonly chart: ChartNode;
  /** Output of every template that is not a partial, by template path; NOTES.txt excepted. */
  readonly files: ReadonlyMap<string, string>;
  /** What Helm would have logged. */
  readonly warnings: readonly string[];
  /** When it was asked for. */
  readonly trace?: RenderTrace;
}

/** The documents could not be read as manifests; `files` is what the templates printed. */
export class ManifestError extends KnownError {
  readonly files: ReadonlyMap<string, string>;

  constructor(cause: KnownError, files: ReadonlyMap<string, string>) {
    super('invalid', cause.message, {
      cause,
      ...(cause.where === undefined ? {} : { where: cause.where }),
    });
    this.files = files;
  }
}

/**
 * Renders a chart as `helm install` would (reference: helm.md D). Synchronous and pure: the same
 * options give the same result, and nothing is asked of network, clock or environment but through
 * ports. Throws Helm's texts.
 */
export function renderChart(options: RenderOptions): Rendered {
  return renderNoting(options, {});
}

/** The same; the trace, when it is asked for, is put into `noted`, where it stays when rendering fails. */
export function renderNoting(options: RenderOptions, noted: { trace?: ChartTrace }): Rendered {
  const heard = hearing(options);
  const { chart, values } = computed(options, heard.warn);
  if (options.trace === true) noted.trace = traceOf(chart, values, options);
  const { trace } = noted;
  const templates = templatesOf(contextOf(chart, values, surroundings(options)));
  const set = new TemplateSet(templates, { ...options, warn: heard.warn });
  const files = new Map<string, string>();
  for (const name of set.order) {
    const template = templates.get(name);
    if (template !== undefined) files.set(name, textOf(set, { name, template, trace }));
  }
  const made = { chart, values, files, warnings: heard.warnings };
  return finished(made, options, (rest) => sortManifests(rest, heard.warn), trace);
}

function textOf(
  set: TemplateSet,
  {
    name,
    template,
    trace,
  }: { name: string; template: ChartTemplate; trace?: ChartTrace | undefined },
): string {
  if (trace === undefined) return withoutNoValue(set.execute(name, template));
  const traced = set.trace(name, template);
  trace.add(name, traced);
  return withoutNoValue(traced.text);
}

/** Go prints `<no value>` for what is missing; Helm takes it out, whoever wrote it. */
export function withoutNoValue(text: string): string {
  return text.includes('<no value>') ? text.replaceAll('<no value>', '') : text;
}

/** Collects what rendering warns of, beginning with what was said when the chart was read. */
export function hearing({ chart, onWarning }: Pick<RenderOptions, 'chart' | 'onWarning'>): {
  readonly warnings: string[];
  readonly warn: (line: string) => void;
} {
  const warnings: string[] = [];
  const warn = (line: string): void => {
    warnings.push(line);
    onWarning?.(line);
  };
  for (const line of chart.warnings) warn(line);
  return { warnings, warn };
}

/** The chart with what takes part of it, and its values; throws what is wrong with them. */
export function computed(
  options: RenderOptions,
  warn: (line: string) => void,
): { readonly chart: ChartNode; readonly values: JsonRecord } {
  const chart = nodeOf(options.chart);
  processDependencies(chart, options.values ?? {}, warn);
  const values = coalesce(chart, options.values ?? {}, warn);
  if (options.skipSchemaValidation !== true) validateValues(chart, values);
  checkKubeVersion(chart, options.capabilities);
  return { chart, values };
}

/** What templates see besides the chart and its values. */
export function surroundings({ release, capabilities }: RenderOptions): Surroundings {
  return { release, capabilities, helm: { version: helmVersion, goVersion: helmGoVersion } };
}

/** Takes the notes out of what was printed and sorts the rest. */
export function finished(
  made: Pick<Rendered, 'chart' | 'values' | 'warnings'> & { readonly files: Map<string, string> },
  options: RenderOptions,
  sort: (files: ReadonlyMap<string, string>) => SortedManifests,
  trace?: RenderTrace,
): Rendered {
  const { chart, files } = made;
  const notes = takeNotes(chart, files, options.subchartNotes === true);
  try {
    const rendered = { ...made, ...sort(files), notes, crds: crdsOf(chart) };
    return trace === undefined ? rendered : { ...rendered, trace };
  } catch (thrown) {
    throw thrown instanceof KnownError ? new ManifestError(thrown, files) : thrown;
  }
}

/** Templates may change the values; what they came from is told by what they were before. */
function traceOf(chart: ChartNode, values: JsonRecord, options: RenderOptions): ChartTrace {
  const given = options.valuesSources ?? [{ name: 'values', values: options.values ?? {} }];
  return new ChartTrace(chart, new ValueOrigins(chart, copyValues(values), given));
}

function checkKubeVersion(chart: ChartNode, { kubeVersion }: Capabilities): void {
  const wanted = chart.metadata.kubeVersion ?? '';
  if (wanted === '') return;
  if (isCompatible(wanted, kubeVersion.version)) return;
  throw new KnownError(
    'invalid',
    `chart requires kubeVersion: ${wanted} which is incompatible with Kubernetes ${kubeVersion.version}`,
  );
}

function takeNotes(chart: ChartNode, files: Map<string, string>, withSubcharts: boolean): string {
  const own = `${chart.metadata.name}/templates/NOTES.txt`;
  let notes = '';
  for (const [path, text] of files) {
    if (!path.endsWith('NOTES.txt')) continue;
    if (withSubcharts || path === own) notes += notes === '' ? text : `\n${text}`;
    files.delete(path);
  }
  return notes;
}

/** Files of `crds/` folders, the root chart's first. */
export function crdsOf(chart: ChartNode): CrdFile[] {
  const isCrd = ({ name }: ChartFile): boolean =>
    name.startsWith('crds/') && /\.(ya?ml|json)$/.test(name);
  const own = chart.source.files.filter(isCrd).map(({ name, data }) => ({
    name,
    filename: `${fullPath(chart)}/${name}`,
    data,
  }));
  return [...own, ...chart.dependencies.flatMap(crdsOf)];
}

/** The manifests as one text, as a release keeps it and `helm template` prints it. */
export function manifestText(
  rendered: Pick<Rendered, 'manifests' | 'crds'>,
  how: { readonly includeCrds?: boolean; readonly hideSecrets?: boolean } = {},
): string {
  const crds = how.includeCrds === true ? rendered.crds : [];
  const parts = crds.map(
    ({ filename, data }) => `---\n# Source: ${filename}\n${Buffer.from(data).toString('utf8')}\n`,
  );
  for (const { path, text, kind, apiVersion } of rendered.manifests) {
    const isHidden = how.hideSecrets === true && kind === 'Secret' && apiVersion === 'v1';
    const body = isHidden ? '# HIDDEN: The Secret output has been suppressed' : text;
    parts.push(`---\n# Source: ${path}\n${body}\n`);
  }
  return parts.join('');
}
