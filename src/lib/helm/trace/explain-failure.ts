import { TemplateError } from '../../gotemplate/index.ts';
import type { Chart } from '../chart/chart.ts';
import { ManifestError, renderNoting } from '../render/render.ts';
import type { RenderOptions } from '../render/render.ts';
import type { ChartTrace, ReadValue } from './render-trace.ts';

/** Where a render went wrong, and with what. */
export interface RenderFailure {
  /** The template, by its full path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In bytes from 0, as Go counts; absent when only the line is known. */
  readonly column?: number;
  /** What `line` is a line of: the template, or what it printed when that is no manifest. */
  readonly text: string;
  readonly isOutput: boolean;
  /** What the failing action had read, or what went into the failing line. */
  readonly reads: readonly ReadValue[];
}

/**
 * Renders once more, noting everything, and tells where and with which values it fails. Undefined
 * when it does not fail, or fails at no place of a template. Pure as `renderChart` is.
 */
export function explainFailure(options: RenderOptions): RenderFailure | undefined {
  const noted: { trace?: ChartTrace } = {};
  try {
    renderNoting({ ...options, trace: true, onWarning: () => {} }, noted);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ManifestError) return ofOutput(thrown, noted.trace);
    const fault = templateErrorIn(thrown);
    return fault === undefined ? undefined : ofTemplate(fault, options.chart, noted.trace);
  }
}

function templateErrorIn(thrown: unknown): TemplateError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  return thrown instanceof TemplateError ? thrown : templateErrorIn(thrown.cause);
}

/** The innermost place in a file: there it went wrong, not where it was included from. */
function ofTemplate(
  { frames, reads, stage }: TemplateError,
  chart: Chart,
  trace: ChartTrace | undefined,
): RenderFailure | undefined {
  const [outermost] = frames;
  for (const { file, line, column } of frames.toReversed()) {
    const text = templateText(chart, file);
    if (text === undefined || outermost === undefined) continue;
    const read = reads.map((path) => trace?.read(outermost.file, path) ?? []).flat();
    // The parser knows no columns.
    const place = stage === 'parse' ? { file, line } : { file, line, column };
    return { ...place, text, isOutput: false, reads: read };
  }
  return undefined;
}

function ofOutput(
  { files, where }: ManifestError,
  trace: ChartTrace | undefined,
): RenderFailure | undefined {
  const { file = '', line = 0 } = where ?? {};
  const text = files.get(file);
  if (text === undefined || line === 0) return undefined;
  const { reads = [], conditions = [] } = trace?.lines(file)[line - 1] ?? {};
  return { file, line, text, isOutput: true, reads: [...reads, ...conditions] };
}

/** `parent/charts/child/templates/x` names a file of the child, by its name or its alias. */
function templateText(chart: Chart, file: string): string | undefined {
  const [, ...parts] = file.split('/');
  let at: Chart | undefined = chart;
  while (parts[0] === 'charts' && parts.length > 2) {
    const [, name = ''] = parts.splice(0, 2);
    at = at === undefined ? undefined : childOf(at, name);
  }
  const name = parts.join('/');
  const found = at?.templates.find((each) => each.name === name);
  return found === undefined ? undefined : Buffer.from(found.data).toString('utf8');
}

function childOf({ dependencies, metadata }: Chart, name: string): Chart | undefined {
  const alias = metadata.dependencies?.find((each) => each.alias === name);
  const own = alias?.name ?? name;
  return dependencies.find((each) => each.metadata.name === own);
}
