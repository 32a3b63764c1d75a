import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { jsonEqual } from '../json-equal.ts';
import type { Chart } from '../chart/chart.ts';
import { nodeOf } from '../chart/node.ts';
import { processDependencies } from '../values/dependencies.ts';
import { storedChart } from './codec.ts';
import type { Release } from './release.ts';

/**
 * What an upgrade would change, in a few words (paths and names, never values), or undefined when
 * chart and values are those of the release. Compared are the user's values and the chart's name,
 * versions, default values and templates; nothing is rendered.
 */
export function releaseDifference(
  release: Release,
  wanted: { readonly chart: Chart; readonly values: JsonRecord },
): string | undefined {
  const path = firstDifference(release.config ?? {}, wanted.values, '');
  if (path !== undefined) return `values differ at ${path === '' ? 'the top' : path}`;
  const node = nodeOf(wanted.chart);
  processDependencies(node, wanted.values, () => {});
  return chartDifference(release.chart, storedChart(node));
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
