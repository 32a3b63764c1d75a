import type { JsonRecord } from '../../../base/index.ts';
import type { DataPath } from '../../yaml/index.ts';
import type { Chart } from '../chart/chart.ts';
import type { ChartNode } from '../chart/node.ts';
import { fullPath } from '../chart/node.ts';
import { jsonEqual } from '../json-equal.ts';
import { isTable, plainValues } from '../values/tables.ts';
import { valuesSource } from './values-source.ts';
import type { ValuesSource } from './values-source.ts';

/** Where the value at a path came from. */
export interface ValueOrigin {
  /** A values file (the chart's own as `demo/charts/sub/values.yaml`) or a flag. */
  readonly source: string;
  /** From 1; absent for a flag. */
  readonly line?: number;
  /** There is no value, because a null stands there. */
  readonly isRemoved?: true;
}

interface Candidate {
  readonly source: ValuesSource;
  readonly path: DataPath;
}

/**
 * Tells where computed values came from. Nothing is noted while values are laid together; a path is
 * looked up in the sources afterwards, in the order in which they count, and the first that has the
 * computed value is the one. So rendering costs nothing, and what a template changed has no origin.
 */
export class ValueOrigins {
  readonly #chart: ChartNode;
  readonly #computed: JsonRecord;
  readonly #given: readonly ValuesSource[];
  readonly #defaults = new Map<Chart, ValuesSource>();

  /** `given` are the user's sources, those that count more last; `chart` and `computed` as rendering made them. */
  constructor(chart: ChartNode, computed: JsonRecord, given: readonly ValuesSource[]) {
    this.#chart = chart;
    this.#computed = computed;
    this.#given = given.toReversed();
  }

  /** The origin of a value by its path below the root chart's `.Values`. */
  find(path: DataPath): ValueOrigin | undefined {
    const value = valueAt(this.#computed, path);
    for (const { source, path: there } of this.#candidates(path)) {
      const found = valueAt(source.values, there);
      if (!matches(found, value)) continue;
      const line = source.lineOf?.(there);
      return {
        source: source.name,
        ...(line === undefined ? {} : { line }),
        ...(value === undefined ? { isRemoved: true } : {}),
      };
    }
    return undefined;
  }

  /** The computed value at a path; undefined when there is none. */
  valueAt(path: DataPath): unknown {
    return valueAt(this.#computed, path);
  }

  /** A chart's globals win over those of the charts below it, so they are looked up from the top. */
  *#candidates(path: DataPath): Generator<Candidate> {
    const depth = this.#chartsIn(path);
    const from = path[depth] === 'global' ? 0 : depth;
    for (let level = from; level <= depth; level++) {
      const there = [...path.slice(0, level), ...path.slice(depth)];
      for (const source of this.#given) yield { source, path: there };
      yield* this.#below(this.#chart, there);
    }
  }

  /** How many steps of a path lead from chart to chart. */
  #chartsIn(path: DataPath): number {
    let node = childOf(this.#chart, path[0]);
    let depth = 0;
    while (node !== undefined) node = childOf(node, path[++depth]);
    return depth;
  }

  /** What a chart and those below it say by default: its own values, what it imports, its child's own. */
  *#below(node: ChartNode, path: DataPath, isImport = false): Generator<Candidate> {
    yield { source: this.#defaultsOf(node), path };
    if (!isImport) yield* this.#imports(node, path);
    const child = childOf(node, path[0]);
    if (child !== undefined) yield* this.#below(child, path.slice(1));
  }

  *#imports(node: ChartNode, path: DataPath): Generator<Candidate> {
    for (const { name, importValues = [] } of node.metadata.dependencies ?? []) {
      for (const entry of importValues) {
        if (typeof entry === 'string') continue;
        const parent = entry.parent === '.' ? [] : entry.parent.split('.');
        if (!parent.every((step, at) => step === path[at])) continue;
        const there = [name, ...entry.child.split('.'), ...path.slice(parent.length)];
        yield* this.#below(node, there, true);
      }
    }
  }

  #defaultsOf(node: ChartNode): ValuesSource {
    const known = this.#defaults.get(node.source);
    if (known !== undefined) return known;
    const file = node.source.raw.find(({ name }) => name === 'values.yaml');
    const name = `${fullPath(node)}/values.yaml`;
    const made =
      file === undefined
        ? { name, values: node.source.values }
        : valuesSource(name, Buffer.from(file.data).toString('utf8'));
    this.#defaults.set(node.source, made);
    return made;
  }
}

function childOf(node: ChartNode, name: string | number | undefined): ChartNode | undefined {
  return node.dependencies.find(({ metadata }) => metadata.name === name);
}

function valueAt(root: unknown, path: DataPath): unknown {
  let value = root;
  for (const key of path) {
    if (!isTable(value) && !Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

/** A map or list is put together from several sources; the first that has one there stands for it. */
function matches(found: unknown, value: unknown): boolean {
  if (found === undefined) return false;
  if (value === undefined) return found === null;
  if (isTable(value)) return isTable(found);
  if (Array.isArray(value)) return Array.isArray(found);
  return jsonEqual(plainValues(found), plainValues(value));
}
