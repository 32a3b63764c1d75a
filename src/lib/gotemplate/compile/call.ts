import type { CommandNode, IdentifierNode, OperandNode } from '../parse/node.ts';
import { literalFor, literalSource } from '../runtime/literal.ts';
import type { GoFunction, ParamType } from '../signature.ts';
import { type Expression, type ExpressionWriter, solidText } from './expression.ts';

interface Call {
  readonly name: IdentifierNode;
  /** What Go names when the call fails: the command, or the name alone where it is an argument. */
  readonly node: CommandNode | IdentifierNode;
  readonly args: readonly OperandNode[];
  readonly final: Expression | undefined;
}

const literalKinds = new Set(['bool', 'string', 'number', 'nil']);

function wrongCount(spec: GoFunction, call: Call): string | undefined {
  const { params, variadic = false } = spec;
  const given = call.args.length + (call.final === undefined ? 0 : 1);
  const fixed = variadic ? params.length - 1 : params.length;
  if (variadic) {
    if (given >= fixed) return undefined;
    return `wrong number of args for ${call.name.name}: want at least ${fixed} got ${call.args.length}`;
  }
  if (given === fixed) return undefined;
  return `wrong number of args for ${call.name.name}: want ${fixed} got ${given}`;
}

function typedArgument(writer: ExpressionWriter, node: OperandNode, type: ParamType): Expression {
  if (!literalKinds.has(node.kind)) return writer.argument(node, type);
  const at = writer.site(node);
  const literal = literalFor(node, type);
  if ('fault' in literal) return writer.fail(at, literal.fault);
  if (node.kind === 'nil') return nilArgument(type, at);
  return solidText(literalSource(literal.value), at);
}

/** nil for a list or map parameter is a nil list or map of its own. */
function nilArgument(type: ParamType, at: string): Expression {
  if (type === 'value') return { ...solidText('undefined', at), solid: false };
  if (type === 'any' || type === 'error') return { ...solidText('null', at), solid: false };
  return { ...solidText(`L.arg(undefined,${JSON.stringify(type)},${at})`, at), solid: false };
}

/** The piped value as the last argument. */
function finalArgument(held: Expression, type: ParamType, at: string): Expression {
  if (type === 'value') return held;
  if (type === 'any') return held.solid ? held : { ...held, js: `(${held.js}??null)` };
  return { ...held, js: `L.arg(${held.js},${JSON.stringify(type)},${at})` };
}

/**
 * Puts arguments in Go's order: the piped value is evaluated first and passed last, and the call's
 * site is set after everything in its arguments has run.
 */
function assemble(
  writer: ExpressionWriter,
  call: Call,
  types: (index: number) => ParamType,
): Expression {
  const { scope } = writer;
  const name = writer.site(call.name);
  const args = call.args.map((node, i) => typedArgument(writer, node, types(i)));
  const at = args.at(-1)?.at ?? name;
  let before = '';
  if (call.final !== undefined) {
    let held = call.final;
    if (args.length > 0 && !held.simple) {
      const temp = scope.fresh('t');
      before = `${temp}=${held.js},`;
      held = { ...held, js: temp, simple: true, quiet: true };
    }
    args.push(finalArgument(held, types(args.length), at));
  }
  const begin = `at=${writer.site(call.node, call.name.name)}`;
  const quiet = args.every((arg) => arg.quiet);
  const list = args.map((arg) => arg.js);
  if (quiet) before += `${begin},`;
  else {
    const temp = scope.fresh('t');
    list[list.length - 1] = `(${temp}=${list.at(-1)},${begin},${temp})`;
  }
  const js = `(${before}${writer.functionName(call.name.name)}(${list.join(',')}))`;
  return { js, at, simple: false, quiet: false, solid: false };
}

/** `and` and `or` evaluate no more than they need, and give the deciding argument itself. */
function shortCircuit(writer: ExpressionWriter, call: Call): Expression {
  const { scope } = writer;
  const wanted = call.name.name === 'or';
  const value = scope.fresh('t');
  const at = scope.fresh('a');
  const values = call.args.map((node) => typedArgument(writer, node, 'value'));
  let before = '';
  if (call.final !== undefined) {
    const held = scope.fresh('t');
    before = `${held}=${call.final.js},`;
    values.push({ ...call.final, js: held, at: values.at(-1)?.at ?? writer.site(call.name) });
  }
  const steps = values.map((arg, i) => {
    const step = `${value}=${arg.js},${at}=${arg.at}`;
    if (i === values.length - 1) return `(${step},${value})`;
    return `(${step},${wanted ? '' : '!'}L.truth(${value}))?${value}:`;
  });
  return { js: `(${before}${steps.join('')})`, at, simple: false, quiet: false, solid: false };
}

/** `call` never succeeds here: no value is a function. */
function callFunction(writer: ExpressionWriter, call: Call): Expression {
  const values = call.args.map((node) => typedArgument(writer, node, 'value'));
  if (call.final !== undefined) values.push(call.final);
  const first = call.args[0];
  const named = first === undefined ? 'undefined' : `S[${writer.site(first)}].node`;
  const temps = values.map((value) => ({ temp: writer.scope.fresh('t'), value }));
  const evaluate = temps.map(({ temp, value }) => `${temp}=${value.js}`).join(',');
  const site = writer.site(call.node, 'call');
  const js = `(${evaluate},at=${site},L.call(${named},${temps[0]!.temp}))`;
  return { js, at: values.at(-1)!.at, simple: false, quiet: false, solid: false };
}

function specialCall(writer: ExpressionWriter, call: Call): Expression {
  const given = call.args.length + (call.final === undefined ? 0 : 1);
  const { name } = call.name;
  if (given === 0) {
    return writer.fail(
      writer.site(call.name),
      `wrong number of args for ${name}: want at least 1 got 0`,
    );
  }
  return name === 'call' ? callFunction(writer, call) : shortCircuit(writer, call);
}

/** A function call. */
export function callSource(writer: ExpressionWriter, call: Call): Expression {
  const { name } = call.name;
  const found = writer.functions.find(name);
  const at = writer.site(call.name);
  if (found === undefined) return specialCall(writer, call);
  const { spec } = found;
  const wrong = wrongCount(spec, call);
  if (wrong !== undefined) return failAfter(writer, call, { at, wrong });
  return assemble(writer, call, (i) => spec.params[Math.min(i, spec.params.length - 1)]!);
}

/** The piped value is evaluated before the count is found wrong. */
function failAfter(
  writer: ExpressionWriter,
  call: Call,
  how: { at: string; wrong: string },
): Expression {
  const failure = writer.fail(how.at, how.wrong);
  if (call.final === undefined || call.final.simple) return failure;
  const temp = writer.scope.fresh('t');
  return { ...failure, js: `(${temp}=${call.final.js},${failure.js})`, quiet: false };
}
