import type { ParseResult } from '@marcbachmann/cel-js';
import { nodesOf, type Node, type Run } from './nodes.ts';

/** What rules may still cost; shared by all rules of one object. */
export interface Budget {
  left: number;
}

/** The rule would cost more than it may. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly';
}

/** One expression may cost this much… */
const perExpression = 1_000_000;
/** …and all of one object this much; both as on a real server, where a unit is about one step too. */
export const perObject = 10_000_000;

/**
 * Makes every step of a checked expression count, and long texts and lists count for their length, so
 * that no rule runs for long whatever it nests. Gives the function that runs it.
 */
export function metered(
  parsed: ParseResult,
): (variables: Record<string, unknown>, budget: Budget) => unknown {
  let left = 0;
  const charge = (cost: number): void => {
    left -= cost;
    if (left < 0) throw new TooCostly('operation cancelled: actual cost limit exceeded');
  };
  for (const node of nodesOf(parsed)) meter(node, charge);
  return (variables, budget) => {
    const start = Math.min(perExpression, budget.left);
    left = start;
    try {
      const result: unknown = parsed(variables);
      // `||` and `exists` may have swallowed what was thrown.
      if (left < 0) charge(0);
      return result;
    } finally {
      budget.left -= start - Math.max(left, 0);
    }
  };
}

function meter(node: Node, charge: (cost: number) => void): void {
  const { meta } = node;
  const { alternate, macro, evaluate } = meta;
  const run: Run = (evaluator, _node, context) => {
    if (alternate) return alternate.evaluate(evaluator, alternate, context);
    return macro ? macro.evaluate(evaluator, macro, context) : evaluate(evaluator, node, context);
  };
  node.evaluate = (evaluator, _node, context) => {
    charge(1);
    const result = run(evaluator, node, context);
    const length = lengthOf(result);
    if (length > 64) charge(Math.floor(length / 16));
    return result;
  };
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return value instanceof Uint8Array ? value.length : 0;
}
