import type { Environment } from '@marcbachmann/cel-js';
import { refusedValue } from './refused-value.ts';

/** Functions on lists, and lists taken as sets. */
export function addListLibrary(environment: Environment): void {
  const add = environment.registerFunction.bind(environment);
  add('list.isSorted(): bool', (list: readonly unknown[]) =>
    list.every((item, at) => at === 0 || !isLess(item, list[at - 1])),
  );
  add('list<int>.sum(): int', (list: readonly bigint[]) => list.reduce((a, b) => a + b, 0n));
  add('list<double>.sum(): double', (list: readonly number[]) => list.reduce((a, b) => a + b, 0));
  add('list<A>.min(): A', (list: readonly unknown[]) =>
    first(list, 'min', (item, best) => isLess(item, best)),
  );
  add('list<A>.max(): A', (list: readonly unknown[]) =>
    first(list, 'max', (item, best) => isLess(best, item)),
  );
  add('list<A>.indexOf(A): int', (list: readonly unknown[], wanted: unknown) =>
    BigInt(list.findIndex((item) => isEqual(item, wanted))),
  );
  add('list<A>.lastIndexOf(A): int', (list: readonly unknown[], wanted: unknown) =>
    BigInt(list.findLastIndex((item) => isEqual(item, wanted))),
  );
  addSets(environment);
}

class Sets {}

function addSets(environment: Environment): void {
  environment.registerType('kubernetes.Sets', Sets);
  environment.registerConstant('sets', 'kubernetes.Sets', new Sets());
  const holds = (list: readonly unknown[], part: readonly unknown[]): boolean =>
    part.every((wanted) => list.some((item) => isEqual(item, wanted)));
  const add = (
    name: string,
    compare: (left: readonly unknown[], right: readonly unknown[]) => boolean,
  ): void => {
    environment.registerFunction(
      `kubernetes.Sets.${name}(list<A>, list<A>): bool`,
      (_sets: unknown, left: readonly unknown[], right: readonly unknown[]) => compare(left, right),
    );
  };
  add('contains', holds);
  add('equivalent', (left, right) => holds(left, right) && holds(right, left));
  add('intersects', (left, right) =>
    left.some((item) => right.some((other) => isEqual(item, other))),
  );
}

function first(
  list: readonly unknown[],
  name: string,
  isBetter: (item: unknown, best: unknown) => boolean,
): unknown {
  if (list.length === 0) throw refusedValue(`${name} called on empty list`);
  return list.reduce((best, item) => (isBetter(item, best) ? item : best));
}

function isLess(left: unknown, right: unknown): boolean {
  return (left as number) < (right as number);
}

/** Equality as rules have it: numbers by value, times by moment, everything else by content. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return isNumber(left) && isNumber(right) && Number(left) === Number(right);
  if (left.constructor !== right.constructor) return false;
  if (left instanceof Date) return left.getTime() === (right as Date).getTime();
  // Addresses, quantities and versions hide what they are made of.
  if (left.toString !== Object.prototype.toString && !Array.isArray(left))
    return String(left) === String(right);
  return sameMembers(left as Members, right as Members);
}

type Members = Readonly<Record<string, unknown>>;

function sameMembers(left: Members, right: Members): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'bigint' || typeof value === 'number';
}
