import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { sprintf } from '../../gotemplate/index.ts';
import type { ChartNode } from '../chart/node.ts';
import { copyValues, has, isTable, put } from './tables.ts';

// Helm's own algorithm, step by step (reference: helm.md C.2): what is left of a null depends on
// where it stands, so the shape of these functions is the rule.

/** Hears what Helm would log. */
export type Warn = (line: string) => void;

const globalKey = 'global';

/**
 * Lays a chart's defaults, and those of its subcharts, under `values`. The result shares nothing
 * with the input. `keepNulls` is Helm's MergeValues: a null stays instead of deleting a default.
 */
export function coalesce(
  chart: ChartNode,
  values: JsonRecord,
  warn: Warn,
  keepNulls: boolean = false,
): JsonRecord {
  return coalesceChart({ warn, keepNulls }, chart, copyValues(values), '');
}

interface How {
  readonly warn: Warn;
  readonly keepNulls: boolean;
}

function coalesceChart(how: How, chart: ChartNode, into: JsonRecord, prefix: string): JsonRecord {
  coalesceDefaults(how, chart, into, prefix);
  for (const child of chart.dependencies) coalesceChild(how, chart, child, { into, prefix });
  return into;
}

function coalesceChild(
  how: How,
  chart: ChartNode,
  child: ChartNode,
  { into, prefix }: { into: JsonRecord; prefix: string },
): void {
  const { name } = child.metadata;
  if (!has(into, name)) put(into, name, {});
  const section = into[name];
  if (!isTable(section)) {
    throw new KnownError('invalid', sprintf('type mismatch on %s: %t', [name, section]));
  }
  const childPrefix = joined(prefix, chart.metadata.name);
  coalesceGlobals(how, section, into, childPrefix);
  put(into, name, coalesceChart(how, child, section, childPrefix));
}

function coalesceGlobals(how: How, into: JsonRecord, from: JsonRecord, prefix: string): void {
  const below = has(into, globalKey) ? into[globalKey] : {};
  if (!isTable(below)) {
    how.warn(`warning: skipping globals because destination ${globalKey} is not a table.`);
    return;
  }
  const above = has(from, globalKey) ? from[globalKey] : {};
  if (!isTable(above)) {
    how.warn(`warning: skipping globals because source ${globalKey} is not a table.`);
    return;
  }
  for (const key of Object.keys(above)) {
    const value = above[key];
    const present = has(below, key) ? below[key] : undefined;
    if (isTable(value)) globalTable(how, { below, key, prefix }, value);
    else if (isTable(present)) how.warn(`key ${key} is table. Skipping`);
    else put(below, key, value);
  }
  put(into, globalKey, below);
}

function globalTable(
  how: How,
  { below, key, prefix }: { below: JsonRecord; key: string; prefix: string },
  value: JsonRecord,
): void {
  // Only this level is copied, as Helm does it: what a child has deeper down reaches its parent's tables.
  const copy = shallowCopy(value);
  if (!has(below, key)) put(below, key, copy);
  else if (isTable(below[key])) {
    coalesceTables({ ...how, keepNulls: true }, copy, below[key], joined(prefix, key));
    put(below, key, copy);
  } else how.warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
}

function shallowCopy(table: JsonRecord): JsonRecord {
  const copy: JsonRecord = {};
  for (const key of Object.keys(table)) put(copy, key, table[key]);
  return copy;
}

function coalesceDefaults(how: How, chart: ChartNode, into: JsonRecord, prefix: string): void {
  const own = joined(prefix, chart.metadata.name);
  const defaults = copyValues(chart.values);
  for (const key of Object.keys(defaults)) {
    const value = defaults[key];
    if (!has(into, key)) {
      put(into, key, value);
      continue;
    }
    const given = into[key];
    if (given === null && !how.keepNulls) delete into[key];
    else if (!isTable(given)) continue;
    else if (isTable(value)) {
      const isChild = chart.dependencies.some((child) => child.metadata.name === key);
      const keepNulls = isChild || how.keepNulls;
      coalesceTables({ ...how, keepNulls }, given, value, joined(own, key));
    } else if (value !== null) {
      how.warn(`warning: skipped value for ${own}.${key}: Not a table.`);
    }
  }
}

/**
 * Lays the table `under` beneath `over`, which is changed and returned. Nulls of `over` are written
 * into `under` too: where it is part of a larger table (as in `importValues`), that shows.
 */
export function coalesceTables(
  how: How,
  over: JsonRecord,
  under: JsonRecord,
  prefix: string,
): JsonRecord {
  const defined = new Set(Object.keys(under).filter((key) => under[key] !== null));
  for (const key of Object.keys(over)) if (over[key] === null) put(under, key, null);
  for (const key of Object.keys(under)) {
    const value = under[key];
    const full = joined(prefix, key);
    if (!has(over, key)) put(over, key, value);
    else if (over[key] === null && !how.keepNulls && defined.has(key)) delete over[key];
    else if (over[key] !== null) mergeEntry(how, { given: over[key], value, full });
  }
  return over;
}

function mergeEntry(
  how: How,
  { given, value, full }: { given: unknown; value: unknown; full: string },
): void {
  if (isTable(value)) {
    if (isTable(given)) coalesceTables(how, given, value, full);
    else {
      how.warn(
        sprintf('warning: cannot overwrite table with non table for %s (%v)', [full, value]),
      );
    }
  } else if (isTable(given) && value !== null) {
    how.warn(
      sprintf('warning: destination for %s is a table. Ignoring non-table value (%v)', [
        full,
        value,
      ]),
    );
  }
}

function joined(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}
