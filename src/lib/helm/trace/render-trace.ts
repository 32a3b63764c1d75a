import type { TemplatePlace, TraceLine, Traced, ValuePath } from '../../gotemplate/index.ts';
import { pathText } from '../../gotemplate/index.ts';
import type { ChartNode } from '../chart/node.ts';
import { fullPath } from '../chart/node.ts';
import { plainValues } from '../values/tables.ts';
import type { ValueOrigin, ValueOrigins } from './value-origins.ts';

/** Something of the data that a template read: `Values.image.tag`, `Chart.Name`. */
export interface ReadValue {
  readonly path: string;
  /** Where it came from; absent for what is no value, and for what a template has changed. */
  readonly origin?: ValueOrigin;
  /** For values: what was read; undefined when there is none. */
  readonly value?: unknown;
}

/** A line that a template printed, and how it came to be. */
export interface ExplainedLine {
  readonly text: string;
  /** The text or action that printed it. */
  readonly place: TemplatePlace | undefined;
  /** The actions that ran the template `place` is in, innermost first. */
  readonly callers: readonly TemplatePlace[];
  /** What went into the line. */
  readonly reads: readonly ReadValue[];
  /** What decided that it is there: of `if`, `with` and `range` around it. */
  readonly conditions: readonly ReadValue[];
}

/** Which template and which values made what a render printed. */
export interface RenderTrace {
  /**
   * The lines of one of `Rendered.files`, in their order; empty for a name that is none. They are
   * worked out at the call.
   */
  lines(file: string): readonly ExplainedLine[];
}

/** What renders note of themselves, made readable. */
export class ChartTrace implements RenderTrace {
  readonly #origins: ValueOrigins;
  readonly #traced = new Map<string, Traced>();
  readonly #chartPaths: ReadonlyMap<string, readonly string[]>;

  constructor(chart: ChartNode, origins: ValueOrigins) {
    this.#origins = origins;
    this.#chartPaths = new Map(chartPaths(chart, []));
  }

  /** A template has run. */
  add(file: string, traced: Traced): void {
    this.#traced.set(file, traced);
  }

  lines(file: string): readonly ExplainedLine[] {
    const lines = this.#traced.get(file)?.lines ?? [];
    const known = new Map<ValuePath, ReadValue>();
    const readOf = (path: ValuePath): ReadValue => {
      const found = known.get(path) ?? this.read(file, path);
      known.set(path, found);
      return found;
    };
    return lines.map((line) => explained(line, readOf));
  }

  /** What a path from the dot of a template means. */
  read(file: string, path: ValuePath): ReadValue {
    const chart = this.#chartPaths.get(file.slice(0, file.indexOf('/templates/'))) ?? [];
    const own = belowValues(path);
    if (own === undefined) return { path: pathText(path) };
    const there = this.#upToMissing([...chart, ...own]);
    const origin = this.#origins.find(there);
    const value = plainValues(this.#origins.valueAt(there));
    const cut = path.slice(0, path.length - (chart.length + own.length - there.length));
    return { path: pathText(cut), value, ...(origin === undefined ? {} : { origin }) };
  }

  /** The path up to the first step that is not there; the whole path when all are. */
  #upToMissing(path: ValuePath): ValuePath {
    const at = path.findIndex((_, i) => this.#origins.valueAt(path.slice(0, i + 1)) === undefined);
    return at < 0 ? path : path.slice(0, at + 1);
  }
}

function explained(line: TraceLine, readOf: (path: ValuePath) => ReadValue): ExplainedLine {
  const { text, place, callers, reads, conditions } = line;
  return {
    text: text.replaceAll('<no value>', ''),
    place,
    callers,
    reads: reads.map(readOf),
    conditions: conditions.map(readOf),
  };
}

/** The path of every chart as templates' names begin, with the keys that lead to its values. */
function* chartPaths(
  node: ChartNode,
  keys: readonly string[],
): Generator<[string, readonly string[]]> {
  yield [fullPath(node), keys];
  for (const child of node.dependencies) {
    yield* chartPaths(child, [...keys, child.metadata.name]);
  }
}

/** `Values.a` and `Subcharts.sub.Values.a` as keys below `.Values`; undefined for what is no value. */
function belowValues(path: ValuePath): ValuePath | undefined {
  const [first, second, ...rest] = path;
  if (first === 'Values') return path.slice(1);
  if (first !== 'Subcharts' || second === undefined) return undefined;
  const below = belowValues(rest);
  return below === undefined ? undefined : [second, ...below];
}
