import { Optional, type ASTNode, type Environment } from '@marcbachmann/cel-js';
import { isEqual } from './lists.ts';

// The macro interface of the library under us hands these to `typeCheck` and `evaluate`.
interface Checker {
  check(node: ASTNode, context: Scope): { readonly kind: string; readonly valueType?: unknown };
  getType(name: string): { readonly kind: string };
  readonly registry: { getOptionalType(type: unknown): { readonly kind: string } };
}
interface Evaluator {
  run(node: ASTNode, context: Scope): unknown;
}
interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(context: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Macro {
  readonly receiver: ASTNode;
  readonly variable: string;
  readonly body: ASTNode;
  scope: Scope | undefined;
}

/** `optional.optMap(v, expression)`, `optional.optFlatMap(v, expression)`, `optional.ofNonZeroValue(value)`. */
export function addOptionalLibrary(environment: Environment): void {
  add(environment, 'optMap', false);
  add(environment, 'optFlatMap', true);
  environment.registerOperator('optional<A> == optional<A>', (left: Optional, right: Optional) =>
    left.hasValue() && right.hasValue()
      ? isEqual(left.value(), right.value())
      : left.hasValue() === right.hasValue(),
  );
  environment.registerFunction(
    'OptionalNamespace.ofNonZeroValue(A): optional<A>',
    (_: unknown, value: unknown) => (isZero(value) ? Optional.none() : Optional.of(value)),
  );
}

function add(environment: Environment, name: string, flat: boolean): void {
  environment.registerFunction(
    `optional.${name}(ast, ast): optional<dyn>`,
    ({ args, receiver }: { readonly args: readonly ASTNode[]; readonly receiver: ASTNode }) => ({
      receiver,
      variable: String(args[0]!.args),
      body: args[1]!,
      scope: undefined,
      typeCheck(checker: Checker, macro: Macro, context: Scope) {
        const type = checker.check(macro.receiver, context);
        macro.scope = context.forkWithVariable(
          macro.variable,
          type.valueType ?? checker.getType('dyn'),
        );
        const made = checker.check(macro.body, macro.scope);
        return flat ? made : checker.registry.getOptionalType(made);
      },
      evaluate(evaluator: Evaluator, macro: Macro, context: Scope) {
        const value = evaluator.run(macro.receiver, context);
        if (!(value instanceof Optional) || !value.hasValue()) return Optional.none();
        const scope = macro.scope!.reuse(context).setIterValue(value.value(), evaluator);
        const made = evaluator.run(macro.body, scope);
        return flat ? made : Optional.of(made);
      },
    }),
  );
}

function isZero(value: unknown): boolean {
  if (value === null || value === '' || value === 0 || value === 0n || value === false) return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
