import type { JsonRecord } from '../../../base/index.ts';
import type { Dependency } from '../chart/chart.ts';
import { setDependencies } from '../chart/node.ts';
import type { ChartNode } from '../chart/node.ts';
import { isCompatible } from '../versions.ts';
import { coalesce } from './coalesce.ts';
import type { Warn } from './coalesce.ts';
import { importValues } from './import-values.ts';
import { tableAt, valueAt } from './tables.ts';

/**
 * Decides which dependencies take part, gives aliased ones their name, and imports values into
 * parents (reference: helm.md C.3). Changes the node and everything below it.
 */
export function processDependencies(chart: ChartNode, values: JsonRecord, warn: Warn): void {
  enable(chart, values, '', warn);
  importValues(chart, warn);
}

function enable(chart: ChartNode, values: JsonRecord, path: string, warn: Warn): void {
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  setDependencies(chart, presentOf(chart, declared));
  for (const each of declared) each.enabled = true;
  const all = coalesce(chart, values, warn);
  applyTags(declared, all, warn);
  applyConditions(declared, { values: all, path }, warn);
  const off = new Set(declared.filter((each) => !each.enabled).map(({ name }) => name));
  const kept = chart.dependencies.filter((child) => !off.has(child.metadata.name));
  for (const child of kept) enable(child, all, `${path}${child.metadata.name}.`, warn);
  const left = declared.filter(({ name }) => !off.has(name));
  // None left is as if none had been declared: nothing is imported then.
  if (left.length === 0) delete chart.metadata.dependencies;
  else chart.metadata.dependencies = left;
  setDependencies(chart, kept);
}

/** What is in charts/ but not declared comes first, then the declared ones, each under its alias. */
function presentOf(chart: ChartNode, declared: readonly Dependency[]): ChartNode[] {
  const isDeclared = (child: ChartNode): boolean =>
    declared.some((each) => each.name === child.metadata.name && fits(each, child));
  const present = chart.dependencies.filter((child) => !isDeclared(child));
  for (const each of declared) {
    const found = chart.dependencies.find(
      (child) => child.metadata.name === each.name && fits(each, child),
    );
    if (found !== undefined) present.push(aliased(found, each));
    if ((each.alias ?? '') !== '') each.name = each.alias ?? '';
  }
  return present;
}

function fits(dependency: Dependency, child: ChartNode): boolean {
  return isCompatible(dependency.version ?? '', child.metadata.version);
}

// A shallow copy, as Helm makes it: charts further down keep pointing at the original, and so keep
// its name in their template paths.
function aliased(child: ChartNode, dependency: Dependency): ChartNode {
  const alias = dependency.alias ?? '';
  const name = alias === '' ? child.metadata.name : alias;
  return { ...child, metadata: { ...child.metadata, name } };
}

function applyTags(declared: readonly Dependency[], values: JsonRecord, warn: Warn): void {
  const tags = tableAt(values, 'tags');
  if (tags === undefined) return;
  for (const each of declared) {
    const said = (each.tags ?? []).flatMap((tag) => {
      if (!Object.hasOwn(tags, tag)) return [];
      if (typeof tags[tag] === 'boolean') return [tags[tag]];
      warn(`Warning: Tag '${tag}' for chart ${each.name} returned non-bool value`);
      return [];
    });
    each.enabled = said.includes(true) || !said.includes(false);
  }
}

function applyConditions(
  declared: readonly Dependency[],
  { values, path }: { values: JsonRecord; path: string },
  warn: Warn,
): void {
  for (const each of declared) {
    for (const condition of (each.condition ?? '').trim().split(',')) {
      if (condition === '') continue;
      const value = valueAt(values, path + condition);
      if (typeof value === 'boolean') {
        each.enabled = value;
        break;
      }
      if (value !== undefined) {
        warn(
          `Warning: Condition path '${condition}' for chart ${each.name} returned non-bool value`,
        );
      }
    }
  }
}
