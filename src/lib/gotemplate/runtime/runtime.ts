import type { Compiled, Slots } from '../compile/compile.ts';
import { quote } from '../format/quote.ts';
import type { FunctionTable, GoFunction } from '../signature.ts';
import { GoError } from '../template-error.ts';
import type { Recorder } from '../trace/recorder.ts';
import { trackedCall } from '../track/tracking-library.ts';
import type { Tracking } from '../track/tracking-library.ts';
import { builtins } from './builtins.ts';
import { SiteFault } from './fault.ts';

/** What all sets of one render share: how much it has used. */
export interface Usage {
  steps: number;
  readonly maxSteps: number;
  readonly maxOutput: number;
  /** Notes origins while a traced run is under way. */
  trace: Recorder | undefined;
  /** What generated code and functions tell what they read, while a tracked run is under way. */
  readonly tracking: Tracking;
}

/** What a running template sees of its set. */
export class Runtime {
  /** Functions by slot. */
  readonly f: ((...args: unknown[]) => unknown)[] = [];
  private readonly functions: FunctionTable;
  private readonly slots: Slots;
  private readonly templates: (name: string) => Compiled | undefined;
  readonly usage: Usage;

  constructor(
    functions: FunctionTable,
    set: { slots: Slots; find: (name: string) => Compiled | undefined; usage: Usage },
  ) {
    this.functions = functions;
    this.slots = set.slots;
    this.templates = set.find;
    this.usage = set.usage;
  }

  /** Fills the slots that were added since the last time. */
  refresh(): void {
    if (this.f.length === this.slots.size) return;
    for (const [name, slot] of this.slots.names()) {
      const spec = Object.hasOwn(this.functions, name) ? this.functions[name] : builtins[name];
      this.f[slot] = this.callOf(spec ?? missing);
    }
  }

  protected callOf({ call }: GoFunction): (...args: unknown[]) => unknown {
    return call as (...args: unknown[]) => unknown;
  }

  /** Counts a loop turn or a template call. */
  step(output: number, at: number): void {
    if (++this.usage.steps > this.usage.maxSteps) {
      throw new SiteFault(at, `the template takes more than ${this.usage.maxSteps} steps`);
    }
    if (output > this.usage.maxOutput) {
      throw new SiteFault(at, `the output is larger than ${this.usage.maxOutput} characters`);
    }
  }

  find(name: string, at: number): Pick<Compiled, 'run' | 'trace'> {
    return this.template(name, at);
  }

  protected template(name: string, at: number): Compiled {
    this.refresh();
    const template = this.templates(name);
    if (template === undefined) throw new SiteFault(at, `template ${quote(name)} not defined`);
    return template;
  }
}

/** The runtime of the tracked form. */
export class TrackedRuntime extends Runtime {
  protected override callOf(spec: GoFunction): (...args: unknown[]) => unknown {
    return trackedCall(spec, this.usage.tracking);
  }

  override find(name: string, at: number): Pick<Compiled, 'run' | 'trace'> {
    return this.template(name, at).tracked;
  }
}

const missing: GoFunction = {
  params: [],
  call: () => {
    throw new GoError('function is not in the table');
  },
};
