import type { FunctionTable } from './signature.ts';

/** What one render may use before it ends with an error. */
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
   * A set that sees all of this one's templates; what is added to it stays inside (Go's Clone).
   * `functions` replace those of the same name and signature: how `tpl` binds `include` to the clone.
   */
  clone(functions?: FunctionTable): Engine;
  /** Names of all defined templates. */
  names(): string[];
}

/** Makes an empty set of templates. */
export function createEngine(options: EngineOptions): Engine {
  throw new Error(`the engine is not here yet: ${Object.keys(options).length}`);
}
