import { createEngine } from '../../gotemplate/index.ts';
import type { Engine, FunctionPorts, Traced, Tracked } from '../../gotemplate/index.ts';
import type { ChartTemplate } from './context.ts';
import { helmFunctions } from './functions.ts';
import type { Lookup } from './functions.ts';
import { cleanExecuteError, cleanParseError } from './template-errors.ts';

interface TemplateSetOptions {
  readonly ports: FunctionPorts;
  readonly lookup?: Lookup;
  readonly strict?: boolean;
  readonly lint?: boolean;
  readonly warn: (line: string) => void;
}

/** The parsed templates of a chart and its subcharts. All throw Helm's texts. */
export class TemplateSet {
  readonly #engine: Engine;
  /** What is to be run, in the order in which Helm does. */
  readonly order: readonly string[];

  constructor(templates: ReadonlyMap<string, ChartTemplate>, options: TemplateSetOptions) {
    const engine: Engine = createEngine({
      functions: helmFunctions({ ...options, engineOf: () => engine }),
      ...(options.strict === undefined ? {} : { strict: options.strict }),
    });
    this.#engine = engine;
    const names = [...templates.keys()].toSorted(renderOrder);
    for (const name of names) this.#add(name, templates.get(name)?.text ?? '');
    this.order = names.filter((name) => !baseName(name).startsWith('_'));
  }

  #add(name: string, text: string): void {
    try {
      this.#engine.add(name, text);
    } catch (thrown) {
      throw cleanParseError(name, thrown);
    }
  }

  /** What a template prints. */
  execute(name: string, template: ChartTemplate): string {
    return this.#run(name, template, () => this.#engine.execute(name, template.dot));
  }

  /** The same, noting where every line comes from. */
  trace(name: string, template: ChartTemplate): Traced {
    return this.#run(name, template, () => this.#engine.executeTraced(name, template.dot));
  }

  /** The same, noting what it depends on. */
  track(name: string, template: ChartTemplate): Tracked {
    return this.#run(name, template, () => this.#engine.executeTracked(name, template.dot));
  }

  /** A set that is used again begins with its whole budget. */
  renewBudget(): void {
    this.#engine.renewBudget();
  }

  #run<T>(name: string, template: ChartTemplate, run: () => T): T {
    template.enter();
    try {
      return run();
    } catch (thrown) {
      throw cleanExecuteError(name, thrown);
    }
  }
}

/** Deeper charts first, then the last name first: so that parents and earlier files redefine. */
function renderOrder(a: string, b: string): number {
  const depths = [a, b].map((path) => path.split('/').length) as [number, number];
  if (depths[0] !== depths[1]) return depths[1] - depths[0];
  if (a === b) return 0;
  return a < b ? 1 : -1;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
