import type { Definition, Source } from '../parse/node.ts';
import { isEmptyList, parseTemplate } from '../parse/parser.ts';
import { builtins, special } from '../runtime/builtins.ts';
import type { Template } from '../runtime/fault.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { GoComplex } from '../value/index.ts';
import type { FunctionTable, GoFunction } from '../signature.ts';
import type { Functions } from './expression.ts';
import { generate } from './generate.ts';
import { type Tracking, trackingLibrary } from '../track/tracking-library.ts';
import { type Library, makeLibrary } from './library.ts';
import { type Marks, plainMarks, tracedMarks } from './marks.ts';

/** A template ready to run. */
export interface Compiled extends Template {
  readonly run: Run;
  /** The form that also notes, in the runtime's recorder, where everything came from. */
  readonly trace: Run;
  /** The plain form over a library and functions that tell what they look at. */
  readonly tracked: Pick<Compiled, 'run' | 'trace'>;
  /** Nothing in it but blanks and comments: such a definition never replaces another. */
  readonly isEmpty: boolean;
}

type Run = (rt: Runtime, dot: unknown) => string;

const constructors = { complex: (re: number, im: number): GoComplex => new GoComplex(re, im) };

/** Slots are the same for every table, so that compiled code can be shared. */
export class Slots {
  private readonly byName = new Map<string, number>();

  slot(name: string): number {
    let slot = this.byName.get(name);
    if (slot === undefined) {
      slot = this.byName.size;
      this.byName.set(name, slot);
    }
    return slot;
  }

  get size(): number {
    return this.byName.size;
  }

  names(): IterableIterator<[string, number]> {
    return this.byName.entries();
  }
}

/** Compiles texts against one set of function signatures and keeps what it compiled. */
export class Compiler {
  private readonly cache = new Map<string, readonly Compiled[]>();
  private readonly functions: FunctionTable;
  readonly slots: Slots;
  private cachedUnits = 0;
  private readonly library: Library;
  private readonly trackingLibrary: Library;
  /** Shared by all that run the compiled code, one after the other. */
  readonly tracking: Tracking = { tracker: undefined };

  constructor(functions: FunctionTable, slots: Slots, strict: boolean) {
    this.library = makeLibrary(strict);
    this.trackingLibrary = trackingLibrary(this.library, this.tracking);
    this.functions = functions;
    this.slots = slots;
  }

  /** The templates of a text. Throws a `TemplateError` when it does not parse. */
  compile(source: Source): readonly Compiled[] {
    const key = `${source.name}\0${source.text}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const definitions = parseTemplate(source, (name) => this.has(name));
    const compiled = definitions.map((definition) => this.build(definition, source));
    this.keep(key, compiled);
    return compiled;
  }

  private keep(key: string, compiled: readonly Compiled[]): void {
    this.cachedUnits += key.length;
    if (this.cachedUnits > 64 * 1024 * 1024) {
      this.cache.clear();
      this.cachedUnits = key.length;
    }
    this.cache.set(key, compiled);
  }

  private has(name: string): boolean {
    return (
      Object.hasOwn(this.functions, name) || Object.hasOwn(builtins, name) || special.has(name)
    );
  }

  private lookup(): Functions {
    return {
      find: (name) => {
        if (Object.hasOwn(this.functions, name)) {
          return { spec: this.functions[name]!, isBuiltin: false };
        }
        if (Object.hasOwn(builtins, name)) return { spec: builtins[name]!, isBuiltin: true };
        return undefined;
      },
      slot: (name) => this.slots.slot(name),
    };
  }

  private build(definition: Definition, source: Source): Compiled {
    const { name } = definition;
    const isEmpty = isEmptyList(definition.root);
    const lazy = (
      how: { marks: Marks; library: Library },
      made: (run: Run, sites: Template['sites']) => void,
    ): Run => {
      let ready: Run | undefined;
      // Most defines of a library chart never run: their JavaScript is made on first use.
      return (rt, dot) => {
        if (ready === undefined) {
          const { body, sites } = generate(definition, this.lookup(), how.marks);
          ready = this.evaluate(body, how.library, { name, source, sites });
          made(ready, sites);
        }
        rt.refresh();
        return ready(rt, dot);
      };
    };
    const { library } = this;
    const trace = lazy({ marks: tracedMarks, library }, (made) =>
      Object.assign(compiled, { trace: made }),
    );
    const tracked = {
      run: lazy({ marks: plainMarks, library: this.trackingLibrary }, (run) =>
        Object.assign(tracked, { run }),
      ),
      trace,
    };
    const compiled = {
      name,
      source,
      sites: [] as Template['sites'],
      isEmpty,
      run: lazy({ marks: plainMarks, library }, (run, sites) =>
        Object.assign(compiled, { run, sites }),
      ),
      trace,
      tracked,
    };
    return compiled;
  }

  private evaluate(body: string, library: Library, template: Template): Run {
    // Compiling is what this room is for: the source is made by the generator alone, and every text of
    // a template stands in it as a JSON literal.
    // oxlint-disable-next-line typescript/no-implied-eval -- our own generated code, no text of a template in it
    const factory = new Function('L', 'S', 'T', 'K', body) as (...args: unknown[]) => Run;
    return factory(library, template.sites, template, constructors);
  }
}

const signatureTexts = new WeakMap<GoFunction, string>();

function signatureOf(spec: GoFunction): string {
  let text = signatureTexts.get(spec);
  if (text === undefined) {
    text = JSON.stringify(spec.params) + (spec.variadic === true ? '...' : '');
    signatureTexts.set(spec, text);
  }
  return text;
}

/** Names a set of signatures, so that tables with the same ones share a compiler. */
export function signaturesOf(functions: FunctionTable): string {
  let text = '';
  for (const name in functions) text += `${name}${signatureOf(functions[name]!)}\n`;
  return text;
}
