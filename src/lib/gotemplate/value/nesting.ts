import { GoError } from '../template-error.ts';

/** Go's stacks grow, JavaScript's do not: what is nested deeper than this is not gone through. */
const maxNesting = 1000;

/** Fails for what is nested too deeply, long before the stack is at its end. */
export function checkNesting(depth: number): void {
  if (depth > maxNesting) throw new GoError('the value is nested too deeply');
}
