import type { JsonRecord } from '../../../base/index.ts';
import type { Dependency } from '../chart/chart.ts';
import type { ChartNode } from '../chart/node.ts';
import { coalesce, coalesceTables } from './coalesce.ts';
import type { Warn } from './coalesce.ts';
import { copyValues, put, tableAt } from './tables.ts';

/** Copies what `import-values` names from each child into its parent's defaults, from the bottom up. */
export function importValues(chart: ChartNode, warn: Warn): void {
  for (const child of chart.dependencies) importValues(child, warn);
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const all = coalesce(chart, {}, warn, true);
  const imported: JsonRecord = {};
  for (const each of declared) importOne(each, all, { imported, warn });
  const how = { warn, keepNulls: true };
  chart.values = coalesceTables(how, copyValues(all), imported, '');
}

function importOne(
  dependency: Dependency,
  all: JsonRecord,
  { imported, warn }: { imported: JsonRecord; warn: Warn },
): void {
  const entries = dependency.hasImported === true ? [] : (dependency.importValues ?? []);
  for (const entry of entries) {
    const isName = typeof entry === 'string';
    const path = `${dependency.name}.${isName ? `exports.${entry}` : entry.child}`;
    const table = tableAt(all, path);
    if (table === undefined) {
      const from = isName ? '' : ` from chart ${dependency.name}`;
      const step = JSON.stringify(brokenStep(all, path));
      warn(`Warning: ImportValues missing table${from}: ${step} is not a table`);
      continue;
    }
    const under = isName ? table : nestedAt(entry.parent, table);
    // Not a copy, as in Helm: what a later entry merges into the same table reaches the child it came from.
    coalesceTables({ warn, keepNulls: true }, imported, under, '');
  }
  if (dependency.importValues === undefined) return;
  dependency.importValues = entries.map((entry) =>
    typeof entry === 'string' ? { child: `exports.${entry}`, parent: '.' } : entry,
  );
  dependency.hasImported = true;
}

/** The first step of a path that leads to no table. */
function brokenStep(values: JsonRecord, path: string): string {
  const steps = path.split('.');
  const broken = steps.findIndex(
    (_, at) => tableAt(values, steps.slice(0, at + 1).join('.')) === undefined,
  );
  return steps[broken] ?? path;
}

/** `{a: {b: table}}` for the path `a.b`; the table itself for `.`. */
function nestedAt(path: string, table: JsonRecord): JsonRecord {
  if (path === '.') return table;
  return path.split('.').reduceRight<JsonRecord>((inner, key) => {
    const outer: JsonRecord = {};
    put(outer, key, inner);
    return outer;
  }, table);
}
