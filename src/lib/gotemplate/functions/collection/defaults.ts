import type { FunctionTable } from '../../signature.ts';
import { HostObject, isTrue, kindOf, typeName } from '../../value/index.ts';
import { fn, variadic } from '../define.ts';
import { deepCopy, deepEqual } from './deep-equal.ts';

/** Sprig's empty: nil, zero, "", false, nothing in it; a struct never is. */
export function isEmpty(value: unknown): boolean {
  if (value instanceof HostObject) return value.type.kind === 'ptr' && value.value === null;
  return !isTrue(value);
}

function dfault(otherwise: unknown, ...given: unknown[]): unknown {
  return given.length === 0 || isEmpty(given[0]) ? otherwise : given[0];
}

function typeIsLike(target: string, value: unknown): boolean {
  const type = typeName(value);
  return target === type || `*${target}` === type;
}

/** Defaults, choices and questions about types. */
export const defaultFunctions: FunctionTable = {
  default: variadic(['any', 'any'], dfault),
  empty: fn(['any'], isEmpty),
  coalesce: variadic(['any'], (...args: unknown[]) => args.find((arg) => !isEmpty(arg)) ?? null),
  all: variadic(['any'], (...args: unknown[]) => !args.some(isEmpty)),
  any: variadic(['any'], (...args: unknown[]) => args.some((arg) => !isEmpty(arg))),
  ternary: fn(['any', 'any', 'bool'], (yes: unknown, no: unknown, when: boolean) =>
    when ? yes : no,
  ),
  typeOf: fn(['any'], typeName),
  typeIs: fn(['string', 'any'], (target: string, value: unknown) => target === typeName(value)),
  typeIsLike: fn(['string', 'any'], typeIsLike),
  kindOf: fn(['any'], kindOf),
  kindIs: fn(['string', 'any'], (target: string, value: unknown) => target === kindOf(value)),
  deepEqual: fn(['any', 'any'], deepEqual),
  deepCopy: fn(['any'], deepCopy),
  mustDeepCopy: fn(['any'], deepCopy),
};
