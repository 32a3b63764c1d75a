import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { jsonEqual } from '../json-equal.ts';
import type { Chart } from '../chart/chart.ts';
import { nodeOf } from '../chart/node.ts';
import { coalesceTables } from '../values/coalesce.ts';
import { processDependencies } from '../values/dependencies.ts';
import { copyValues } from '../values/tables.ts';
import { storedChart } from './codec.ts';
import type { Release } from './release.ts';

/** What a release is compared with. */
export interface WantedContent {
  readonly chart: Chart;
  readonly values: JsonRecord;
  /** The release's own values stay below the given ones, as an upgrade with `--reuse-values` takes them. */
  readonly reusesValues?: boolean;
}

/**
 * What an upgrade would change, in a few words (paths and names, never values), or undefined when
 * chart and values are those of the release. Compared are the user's values and the chart's name,
 * versions, default values and templates; nothing is rendered.
 */
export function releaseDifference(release: Release, wanted: WantedContent): string | undefined {
  const { chart, values } = wanted.reusesValues === true ? reused(release, wanted) : wanted;
  const path = firstDifference(release.config ?? {}, values, '');
  if (path !== undefined) return `values differ at ${path === '' ? 'the top' : path}`;
  const node = nodeOf(chart);
  processDependencies(node, values, () => {});
  const next = storedChart(node);
  // Where values are reused, the chart's defaults are the old ones, too: new ones change nothing.
  const old = release.chart;
  return chartDifference(
    wanted.reusesValues === true ? { ...old, values: next.values } : old,
    next,
  );
}

function reused(release: Release, { chart, values }: WantedContent): WantedContent {
  const { config = {} } = release;
  const how = { warn: () => {}, keepNulls: false };
  return { chart, values: coalesceTables(how, copyValues(values), copyValues(config), '') };
}

type Stored = Release['chart'];

function chartDifference(old: Stored, next: Stored): string | undefined {
  for (const field of ['name', 'version', 'appVersion'] as const) {
    const [before = '', after = ''] = [old.metadata[field], next.metadata[field]];
    if (before !== after) return `chart ${field} ${before} becomes ${after}`;
  }
  const templates = new Map(old.templates.map(({ name, data }) => [name, data]));
  for (const { name, data } of next.templates) {
    if (templates.get(name) !== data) {
      return `${templates.has(name) ? 'changed' : 'new'} template ${name}`;
    }
    templates.delete(name);
  }
  const [gone] = templates.keys();
  if (gone !== undefined) return `template ${gone} is gone`;
  const path = firstDifference(old.values, next.values, '');
  return path === undefined ? undefined : `default values differ at ${path}`;
}

function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
  if (!isRecord(a) || !isRecord(b)) return jsonEqual(a, b) ? undefined : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inside = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key)) return inside;
    const found = firstDifference(a[key], b[key], inside);
    if (found !== undefined) return found;
  }
  return undefined;
}
