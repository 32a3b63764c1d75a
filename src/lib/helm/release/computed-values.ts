import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { Chart } from '../chart/chart.ts';
import { nodeOf } from '../chart/node.ts';
import { coalesce } from '../values/coalesce.ts';
import type { Release } from './release.ts';

/** A release's chart defaults with the user's values on them, from what is stored. */
export function computedValues(release: Release): JsonRecord {
  return coalesce(nodeOf(storedAsChart(release)), release.config ?? {}, () => {});
}

/** What is needed of a stored chart to compute its values again. */
function storedAsChart({ chart }: Release): Chart {
  const { metadata, values } = chart;
  return {
    metadata: { name: metadata.name, version: metadata.version, apiVersion: 'v2' },
    values: isRecord(values) ? values : {},
    templates: [],
    files: [],
    dependencies: [],
    raw: [],
    warnings: [],
  };
}
