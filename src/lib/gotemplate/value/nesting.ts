/** Go's stacks grow, JavaScript's do not: what is nested deeper than this is not gone through. */
const maxNesting = 1000;

/** What the message of a `RangeError` begins with that stands for the end of the stack. */
export const tooDeep = 'Maximum call stack: the value is nested too deeply';

/**
 * Fails for what is nested too deeply, long before the stack is at its end. It is the error of a stack
 * that ends, and no error of Go's: functions that turn those into a text let it pass.
 */
export function checkNesting(depth: number): void {
  if (depth > maxNesting) throw new RangeError(tooDeep);
}
