import type { ParseResult } from '@marcbachmann/cel-js';

/** A node of a parsed expression as the library under us runs it (more than its types tell). */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly meta: {
    /** What a macro was turned into. */
    readonly alternate?: Node;
    readonly macro?: Macro;
    readonly evaluate: Run;
  };
  evaluate: Run;
  setMeta(name: string, value: unknown): void;
}

/** Gives the value of a node. */
export type Run = (evaluator: Evaluator, node: Node, context: unknown) => unknown;

/** A macro that runs by itself. */
export interface Macro {
  typeCheck(checker: Checker, macro: Macro, context: unknown): unknown;
  evaluate(evaluator: Evaluator, macro: Macro, context: unknown): unknown;
}

/** What a macro checks types with. */
export interface Checker {
  check(node: Node, context: unknown): unknown;
  getType(name: string): unknown;
  createError(code: string, message: string, node: Node): Error;
}

/** What a macro runs nodes with. */
export interface Evaluator {
  run(node: Node, context: unknown): unknown;
  debugType(value: unknown): {
    fieldLazy(value: unknown, name: string, node: Node, evaluator: Evaluator): unknown;
  };
}

/** All nodes of a parsed expression, those that macros were turned into included. */
export function nodesOf(parsed: ParseResult): Node[] {
  const seen = new Set<object>();
  const nodes: Node[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value.constructor === parsed.ast.constructor) {
      const node = value as Node;
      nodes.push(node);
      visit(node.args);
      visit(node.meta.alternate);
      visit(node.meta.macro);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (Object.getPrototypeOf(value) === Object.prototype) Object.values(value).forEach(visit);
  };
  visit(parsed.ast);
  return nodes;
}
