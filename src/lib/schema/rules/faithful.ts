import { Optional, type ParseResult } from '@marcbachmann/cel-js';
import { nodesOf, type Macro, type Node } from './nodes.ts';

/**
 * Puts right where the library under us differs from the reference implementation: `matches` has RE2's
 * syntax and runs in linear time, `has` takes any expression before the field and knows the fields.
 */
export function faithful(parsed: ParseResult): ParseResult {
  for (const node of nodesOf(parsed)) {
    const { op, args } = node;
    if (!Array.isArray(args)) continue;
    if (op === 'rcall' && args[0] === 'matches') args[0] = 'matchesRe2';
    if (op === 'call' && args[0] === 'has') node.setMeta('macro', hasField(args[1] as Node[]));
  }
  return parsed;
}

function hasField([field]: readonly Node[]): Macro & { readonly field: Node } {
  const node = field!;
  const [of, name] = node.args as [Node, string];
  return {
    // Told, so that its steps are counted too.
    field: node,
    typeCheck(checker, _macro, context) {
      if (node.op !== '.' && node.op !== '.?')
        throw checker.createError(
          'invalid_macro_argument',
          'invalid argument to has() macro',
          node,
        );
      checker.check(node, context);
      return checker.getType('bool');
    },
    evaluate(evaluator, _macro, context) {
      if (node.op === '.?') {
        const found = evaluator.run(node, context);
        return found instanceof Optional && found.hasValue();
      }
      const value = evaluator.run(of, context);
      return evaluator.debugType(value).fieldLazy(value, name, node, evaluator) !== undefined;
    },
  };
}
