import type { JsonRecord } from '../../../base/index.ts';
import { compareData } from '../../gotemplate/index.ts';
import type { Change, Tracked } from '../../gotemplate/index.ts';
import type { ChartNode } from '../chart/node.ts';
import { contextOf, templatesOf, withValues } from './context.ts';
import type { ChartContext, ChartTemplate } from './context.ts';
import { ManifestSorter } from './manifests.ts';
import { computed, finished, hearing, surroundings, withoutNoValue } from './render.ts';
import type { Rendered, RenderOptions } from './render.ts';
import { TemplateSet } from './template-set.ts';

/** Renders one chart again and again. */
export interface ChartRenderer {
  /**
   * What `renderChart` gives for these values. Only templates that read what has changed since the
   * last call are run; all of them after an error, when other subcharts take part, and while
   * templates change values. What asks for time, chance or the cluster runs each time. What was
   * given back is not to be changed.
   */
  render(values: JsonRecord): Rendered;
}

/** What stays the same between two renders. */
export type RendererOptions = Omit<RenderOptions, 'values' | 'trace' | 'valuesSources'>;

/** A renderer for whoever renders one chart with values that change a little: an editor, a drift check. */
export function createRenderer(options: RendererOptions): ChartRenderer {
  const sorter = new ManifestSorter();
  let last: Run | undefined;
  return {
    render: (values) => {
      const all = { ...options, values };
      const heard = hearing(all);
      const before = last;
      last = undefined;
      const { run, now } = runFor(all, heard.warn, before);
      for (const line of run.warnings()) heard.warn(line);
      const made = { ...now, files: run.files(), warnings: heard.warnings };
      const rendered = finished(made, all, (files) => sorter.sort(files, heard.warn));
      last = run;
      return rendered;
    },
  };
}

function runFor(
  options: RenderOptions,
  warn: (line: string) => void,
  before: Run | undefined,
): { run: Run; now: Computed } {
  const now = computed(options, warn);
  const shape = shapeOf(now.chart);
  const set = before?.shape === shape ? before.set : undefined;
  const kept = set === undefined || before?.writes() === true ? undefined : before;
  const run = new Run({ ...now, options, shape }, set, kept);
  if (kept === undefined || !run.writes()) return { run, now };
  // Values were changed where templates that were not run again would have seen it.
  const again = computed(options, () => {});
  return { run: new Run({ ...again, options, shape }, set), now: again };
}

type Computed = ReturnType<typeof computed>;

/** A template's output, and what it depends on. */
interface Result {
  readonly tracked: Tracked;
  readonly text: string;
  readonly warnings: readonly string[];
}

/** The parsed templates; whoever runs them hears what they warn of. */
interface SharedSet {
  readonly templates: TemplateSet;
  warn: (line: string) => void;
}

/** What the templates of a chart printed for some values. */
class Run {
  readonly shape: string;
  readonly set: SharedSet;
  readonly #context: ChartContext;
  readonly #templates: ReadonlyMap<string, ChartTemplate>;
  readonly #results = new Map<string, Result>();

  /** Runs what `before` does not have, or has of other data. */
  constructor(
    made: Computed & { readonly options: RenderOptions; readonly shape: string },
    set?: SharedSet,
    before?: Run,
  ) {
    this.shape = made.shape;
    this.#context =
      before === undefined
        ? contextOf(made.chart, made.values, surroundings(made.options))
        : withValues(before.#context, made.values);
    this.#templates = templatesOf(this.#context);
    this.set = set ?? sharedSet(this.#templates, made.options);
    const kept = before?.keptFor(this.#context);
    this.set.templates.renewBudget();
    for (const name of this.set.templates.order) {
      this.#results.set(name, kept?.get(name) ?? this.#execute(name));
    }
  }

  /** Whether a template changed data: then the next one's output depends on it. */
  writes(): boolean {
    return this.#results.values().some(({ tracked }) => tracked.writes);
  }

  files(): Map<string, string> {
    return new Map(this.#results.entries().map(([name, { text }]) => [name, text]));
  }

  warnings(): string[] {
    return [...this.#results.values()].flatMap(({ warnings }) => warnings);
  }

  /** The results that are the same for other data. */
  keptFor(context: ChartContext): Map<string, Result> {
    const changes = new Map<JsonRecord, Change | undefined>();
    noteChanges(this.#context, context, changes);
    const kept = new Map<string, Result>();
    for (const [name, result] of this.#results) {
      const { dot } = this.#templates.get(name)!;
      const { tracked } = result;
      if (!tracked.looksOutside && !tracked.isTouchedBy(changes.get(dot))) kept.set(name, result);
    }
    return kept;
  }

  #execute(name: string): Result {
    const warnings: string[] = [];
    this.set.warn = (line) => void warnings.push(line);
    const tracked = this.set.templates.track(name, this.#templates.get(name)!);
    return { tracked, text: withoutNoValue(tracked.text), warnings };
  }
}

function sharedSet(
  templates: ReadonlyMap<string, ChartTemplate>,
  options: RenderOptions,
): SharedSet {
  const warn = (line: string): void => shared.warn(line);
  const shared: SharedSet = {
    templates: new TemplateSet(templates, { ...options, warn }),
    warn: () => {},
  };
  return shared;
}

/** By the data of each chart as it was: how it differs from what it is now. */
function noteChanges(
  before: ChartContext,
  after: ChartContext,
  changes: Map<JsonRecord, Change | undefined>,
): void {
  changes.set(before.dot, compareData(before.dot, after.dot));
  for (const [at, child] of before.below.entries()) {
    const now = after.below[at];
    if (now !== undefined) noteChanges(child, now, changes);
  }
}

/** What of a chart besides its values templates can see; it changes when subcharts come and go. */
function shapeOf({ metadata, dependencies }: ChartNode): string {
  return `${JSON.stringify(metadata)}[${dependencies.map(shapeOf).join(',')}]`;
}
