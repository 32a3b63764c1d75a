import { Compiler, type Compiled, signaturesOf, Slots } from './compile/compile.ts';
import { quote } from './format/quote.ts';
import { publicError } from './runtime/fault.ts';
import { Runtime, TrackedRuntime, type Usage } from './runtime/runtime.ts';
import type { FunctionTable } from './signature.ts';
import { GoError, TemplateError } from './template-error.ts';
import { type Tracked, trackedOf } from './track/tracked.ts';
import { Tracker } from './track/tracker.ts';
import { Recorder } from './trace/recorder.ts';
import { readsAtFailure, type Traced, tracedOf } from './trace/traced.ts';

/** What one set of templates (with its clones) may use before it ends with an error. */
export interface Budgets {
  /** Loop turns and template calls. */
  readonly steps: number;
  /** UTF-16 units of output of one template execution. */
  readonly output: number;
}

export interface EngineOptions {
  /** Functions besides Go's builtins: usually `functionTable(ports)` and the host's own on top. */
  readonly functions: FunctionTable;
  /** `missingkey=error`: a missing map key is an error (Helm's strict mode). */
  readonly strict?: boolean;
  readonly budgets?: Partial<Budgets>;
}

/**
 * A set of templates that share one name space, as Go's *template.Template does.
 * Everything throws `TemplateError` with Go's text.
 */
export interface Engine {
  /** Parses a text as the template `name`; its defines join the set by Go's rules. */
  add(name: string, text: string): void;
  has(name: string): boolean;
  /** Runs a template and returns what it printed (`<no value>` included). */
  execute(name: string, dot: unknown): string;
  /**
   * The same run, which also tells for every stretch of the output which place of which template
   * printed it and which values were read for it. Prints the same bytes; templates that functions run
   * in turn (`include`, `tpl`) are followed. See `Traced`.
   */
  executeTraced(name: string, dot: unknown): Traced;
  /**
   * The same run, which also tells which of the data it read: so that after a change (`compareData`)
   * only the templates whose `isTouchedBy` says so are run again. See `Tracked`; functions of the host
   * say by `use` what they look at.
   */
  executeTracked(name: string, dot: unknown): Tracked;
  /**
   * A set that sees all of this one's templates; what is added to it stays inside (Go's Clone).
   * `functions` replace those of the same name and signature: how `tpl` binds `include` to the clone.
   */
  clone(functions?: FunctionTable): Engine;
  /** Names of all defined templates. */
  names(): string[];
  /** Forgets what earlier runs used: how a set that is kept begins again with its whole budget. */
  renewBudget(): void;
}

const slots = new Slots();
const compilers = new Map<string, Compiler>();

/** Compiled code is shared between all engines whose functions have the same signatures. */
function compilerFor(functions: FunctionTable, strict: boolean): Compiler {
  const digest = signaturesOf(functions) + String(strict);
  let compiler = compilers.get(digest);
  if (compiler === undefined) {
    compiler = new Compiler(functions, slots, strict);
    compilers.set(digest, compiler);
  }
  return compiler;
}

class TemplateSet implements Engine {
  private readonly compiler: Compiler;
  private readonly functions: FunctionTable;
  private readonly own = new Map<string, Compiled>();
  private readonly parent: TemplateSet | undefined;
  private readonly runtime: Runtime;
  private readonly trackedRuntime: Runtime;
  private readonly usage: Usage;

  constructor(
    compiler: Compiler,
    how: { functions: FunctionTable; usage: Usage; parent?: TemplateSet },
  ) {
    this.compiler = compiler;
    this.functions = how.functions;
    this.parent = how.parent;
    this.usage = how.usage;
    const find = (name: string): Compiled | undefined => this.find(name);
    const set = { slots: compiler.slots, find, usage: how.usage };
    this.runtime = new Runtime(how.functions, set);
    this.trackedRuntime = new TrackedRuntime(how.functions, set);
  }

  find(name: string): Compiled | undefined {
    return this.own.get(name) ?? this.parent?.find(name);
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  add(name: string, text: string): void {
    for (const template of this.compiler.compile({ name, text })) {
      // An empty definition never replaces another.
      if (template.isEmpty && this.has(template.name)) continue;
      this.own.set(template.name, template);
    }
  }

  executeTraced(name: string, dot: unknown): Traced {
    const { usage } = this;
    const outer = usage.trace;
    const recorder = new Recorder();
    usage.trace = recorder;
    try {
      this.execute(name, dot);
    } catch (thrown) {
      if (thrown instanceof TemplateError) thrown.reads = readsAtFailure(recorder, dot);
      throw thrown;
    } finally {
      usage.trace = outer;
    }
    return tracedOf(recorder, dot);
  }

  executeTracked(name: string, dot: unknown): Tracked {
    const { tracking } = this.usage;
    const outer = tracking.tracker;
    const tracker = new Tracker(dot);
    tracking.tracker = tracker;
    try {
      return trackedOf(this.execute(name, dot), tracker);
    } finally {
      tracking.tracker = outer;
    }
  }

  execute(name: string, dot: unknown): string {
    const template = this.find(name);
    if (template === undefined) {
      throw new GoError(`template: no template ${quote(name)} associated with template "gotpl"`);
    }
    const { runtime, trackedRuntime, usage } = this;
    try {
      if (usage.tracking.tracker !== undefined) {
        trackedRuntime.refresh();
        return template.tracked.run(trackedRuntime, dot ?? undefined);
      }
      runtime.refresh();
      if (usage.trace !== undefined) return template.trace(runtime, dot ?? undefined);
      return template.run(runtime, dot ?? undefined);
    } catch (thrown) {
      throw publicError(thrown);
    }
  }

  clone(functions?: FunctionTable): Engine {
    const table = functions === undefined ? this.functions : { ...this.functions, ...functions };
    return new TemplateSet(this.compiler, { functions: table, usage: this.usage, parent: this });
  }

  renewBudget(): void {
    this.usage.steps = 0;
  }

  names(): string[] {
    const above = this.parent?.names() ?? [];
    return [...new Set([...above, ...this.own.keys()])];
  }
}

/** Makes an empty set of templates. */
export function createEngine(options: EngineOptions): Engine {
  const compiler = compilerFor(options.functions, options.strict ?? false);
  const usage: Usage = {
    steps: 0,
    maxSteps: options.budgets?.steps ?? 50_000_000,
    maxOutput: options.budgets?.output ?? 256 * 1024 * 1024,
    trace: undefined,
    tracking: compiler.tracking,
  };
  return new TemplateSet(compiler, { functions: options.functions, usage });
}
