import { isRecord } from '../../../base/index.ts';
import { compile, failureText } from './compile.ts';
import { ruleEnvironment } from './environment.ts';
import { perObject } from './metered.ts';

/** A condition on values whose types nobody has described. */
export type Condition =
  | { readonly error: string }
  | { readonly holds: (variables: Readonly<Record<string, unknown>>) => boolean };

/** Compiles a condition that knows the named variables; `holds` throws an Error when it cannot be told. */
export function condition(expression: string, variables: readonly string[]): Condition {
  const environment = ruleEnvironment();
  for (const name of variables) environment.registerVariable(name, 'dyn');
  const compiled = compile(environment, expression, 'bool');
  if ('error' in compiled) return compiled;
  return {
    holds(given) {
      const values = Object.entries(given).map(([name, value]) => [name, celValue(value)]);
      try {
        return compiled.program(Object.fromEntries(values), { left: perObject }) === true;
      } catch (thrown) {
        throw new Error(failureText(thrown), { cause: thrown });
      }
    },
  };
}

/** JSON as rules without types see it: whole numbers are integers. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, celValue(each)]));
}
