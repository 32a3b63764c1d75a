import type {
  ChainNode,
  CommandNode,
  FieldNode,
  Node,
  OperandNode,
  PipeNode,
  VariableNode,
} from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import type { Site } from '../runtime/fault.ts';
import { literalSource, plainLiteral } from '../runtime/literal.ts';
import type { GoFunction, ParamType } from '../signature.ts';
import { callSource } from './call.ts';
import { type Marks, plainMarks } from './marks.ts';
import { Scope, type Variable } from './scope.ts';

/** A value in generated code. */
export interface Expression {
  readonly js: string;
  /** A JavaScript expression: the site Go's executor stands at after evaluating this. */
  readonly at: string;
  /** Neither runs code of others nor fails: a literal, a variable, dot. */
  readonly simple: boolean;
  /** Calls no function, so that the site of a call begun before stays. */
  readonly quiet: boolean;
  /** Known never to be nil. */
  readonly solid: boolean;
}

/** What the generator must know of the functions a template may call. */
export interface Functions {
  find(name: string): { readonly spec: GoFunction; readonly isBuiltin: boolean } | undefined;
  /** The slot of a function in the runtime's table. */
  slot(name: string): number;
}

export const solidText = (js: string, at: string): Expression => ({
  js,
  at,
  simple: true,
  quiet: true,
  solid: true,
});

/** Turns pipelines and operands into JavaScript expressions. */
export class ExpressionWriter {
  readonly scope: Scope = new Scope();
  readonly sites: Site[] = [];
  readonly functions: Functions;
  protected readonly marks: Marks;
  /** The JavaScript name of dot, and whether it is of type interface{}. */
  dot: Variable = { js: 'd', wrapped: 'false' };
  private readonly known = new Map<Node, Map<string, number>>();
  private readonly used = new Map<number, string>();

  constructor(functions: Functions, marks: Marks = plainMarks) {
    this.functions = functions;
    this.marks = marks;
  }

  /** The number of a place that can fail. */
  site(node: Node, call?: string): string {
    const byCall = this.known.get(node) ?? new Map<string, number>();
    this.known.set(node, byCall);
    const key = call ?? '';
    let number = byCall.get(key);
    if (number === undefined) {
      number = this.sites.push({ node, call }) - 1;
      byCall.set(key, number);
    }
    return String(number);
  }

  /** The local name of a function of the table, which is fetched once per run of a template. */
  functionName(name: string): string {
    const slot = this.functions.slot(name);
    const local = `f${slot}`;
    this.used.set(slot, local);
    return local;
  }

  /** The lines that fetch the functions used. */
  prologue(): string {
    return [...this.used].map(([slot, local]) => `const ${local}=rt.f[${slot}];`).join('');
  }

  fail(at: string, reason: string): Expression {
    const js = `L.fail(${at},${JSON.stringify(reason)})`;
    return { js, at, simple: false, quiet: true, solid: false };
  }

  /** A pipeline's value with interface{} taken off, and its variables set. */
  pipe(pipe: PipeNode): Expression {
    let value: Expression | undefined;
    for (const command of pipe.cmds) {
      value = this.unwrapped(this.command(command, value, this.site(pipe)));
    }
    return this.assigned(pipe, value!);
  }

  private unwrapped(value: Expression): Expression {
    return value.solid ? value : { ...value, js: `(${value.js}??undefined)`, simple: false };
  }

  private assigned(pipe: PipeNode, value: Expression): Expression {
    let { js } = value;
    for (const { ident } of pipe.decl) {
      const name = ident[0]!;
      const variable = pipe.isAssign
        ? this.scope.find(name)
        : this.scope.declare(name, this.marks.isTraced);
      if (variable === undefined) {
        const temp = this.scope.fresh('t');
        js = `(${temp}=${js},L.fail(${value.at},${JSON.stringify(`undefined variable: ${name}`)}))`;
      } else js = this.marks.assign(variable, js);
    }
    return pipe.decl.length === 0 ? value : { ...value, js, simple: false };
  }

  private command(
    command: CommandNode,
    final: Expression | undefined,
    pipeSite: string,
  ): Expression {
    const first = command.args[0]!;
    switch (first.kind) {
      case 'field':
        return this.field(first, command.args, final);
      case 'chain':
        return this.chain(first, command.args, final);
      case 'identifier':
        return callSource(this, { name: first, node: command, args: command.args.slice(1), final });
      case 'variable':
        return this.variable(first, command.args, final);
      default: {
        const at = first.kind === 'pipe' ? (final?.at ?? pipeSite) : this.site(first);
        if (command.args.length > 1 || final !== undefined) {
          return this.fail(at, `can't give argument to non-function ${printNode(first)}`);
        }
        return this.bare(first);
      }
    }
  }

  /** An operand that is no call. */
  private bare(node: OperandNode): Expression {
    const at = this.site(node);
    switch (node.kind) {
      case 'pipe':
        return this.pipe(node);
      case 'dot':
        return { js: this.dot.js, at, simple: true, quiet: true, solid: false };
      case 'nil':
        return this.fail(at, 'nil is not a command');
      default: {
        const literal = plainLiteral(node);
        if ('fault' in literal) return this.fail(at, literal.fault);
        return solidText(literalSource(literal.value), at);
      }
    }
  }

  /** An operand as an argument of a given type. */
  argument(node: OperandNode, type: ParamType): Expression {
    const value = this.rawArgument(node);
    if (type === 'value' || (type === 'any' && value.solid)) return value;
    if (type === 'any') return { ...value, js: `(${value.js}??null)`, simple: false };
    const check = `L.arg(${value.js},${JSON.stringify(type)},${value.at})`;
    return { ...value, js: fastCheck(this, value, type) ?? check, simple: false, solid: false };
  }

  /** An operand that is not a literal, as Go's evalArg gives it before it checks the type. */
  rawArgument(node: OperandNode): Expression {
    switch (node.kind) {
      case 'field':
        return this.field(node, [node], undefined);
      case 'variable':
        return this.variable(node, [node], undefined);
      case 'chain':
        return this.chain(node, [node], undefined);
      case 'identifier':
        return callSource(this, { name: node, node, args: [], final: undefined });
      default:
        return this.bare(node);
    }
  }

  private field(node: FieldNode, args: readonly OperandNode[], final?: Expression): Expression {
    const base = { js: this.dot.js, wrapped: this.dot.wrapped };
    return this.access(base, node.ident, { node, args, final });
  }

  private variable(
    node: VariableNode,
    args: readonly OperandNode[],
    final?: Expression,
  ): Expression {
    const at = this.site(node);
    const [name, ...fields] = node.ident;
    const variable = this.scope.find(name!);
    if (variable === undefined) return this.fail(at, `undefined variable: ${name}`);
    if (fields.length > 0) return this.access(variable, fields, { node, args, final });
    if (args.length > 1 || final !== undefined) {
      return this.fail(at, `can't give argument to non-function ${printNode(args[0]!)}`);
    }
    return { js: this.marks.variable(variable), at, simple: true, quiet: true, solid: false };
  }

  private chain(node: ChainNode, args: readonly OperandNode[], final?: Expression): Expression {
    const at = this.site(node);
    if (node.node.kind === 'nil') {
      return this.fail(at, `indirection through explicit nil in ${printNode(node)}`);
    }
    const base = this.rawArgument(node.node);
    const how = { node, args, final, at: base.at };
    const result = this.access({ js: base.js, wrapped: 'false' }, node.fields, how);
    return { ...result, quiet: result.quiet && base.quiet };
  }

  /** `base.a.b`, with arguments when the last one is a method. */
  private access(
    base: Variable,
    names: readonly string[],
    how: {
      node: FieldNode | VariableNode | ChainNode;
      args: readonly OperandNode[];
      final: Expression | undefined;
      /** Where Go stands when the last field is looked up, if that is not the node itself. */
      at?: string;
    },
  ): Expression {
    const at = how.at ?? this.site(how.node);
    const list = JSON.stringify(names);
    if (how.args.length <= 1 && how.final === undefined) {
      const js = `${this.marks.path(base.from)}${base.js},${list},${at},${base.wrapped})`;
      return { js, at, simple: false, quiet: true, solid: false };
    }
    const last = this.scope.fresh('a');
    const thunks = how.args.slice(1).map((arg) => this.thunk(arg, last));
    const final = how.final === undefined ? '' : `,final:{value:${how.final.js}}`;
    const js = `${this.marks.invoke(base.from)}${base.js},${list},{site:${at},wrapped:${base.wrapped}},{args:[${thunks.join(',')}]${final},last:()=>${last}})`;
    return { js, at: last, simple: false, quiet: false, solid: false };
  }

  private thunk(node: OperandNode, last: string): string {
    const site = this.site(node);
    if (
      node.kind === 'bool' ||
      node.kind === 'string' ||
      node.kind === 'number' ||
      node.kind === 'nil'
    ) {
      return `{site:(${last}=${site}),literal:S[${site}].node}`;
    }
    const value = this.rawArgument(node);
    const temp = this.scope.fresh('t');
    return `{site:${site},run:()=>(${temp}=${value.js},${last}=${value.at},${temp})}`;
  }
}

/** The check of a string argument stays in line, since most are. */
function fastCheck(
  writer: ExpressionWriter,
  value: Expression,
  type: ParamType,
): string | undefined {
  if (type !== 'string') return undefined;
  const temp = writer.scope.fresh('t');
  return `(typeof(${temp}=${value.js})==='string'?${temp}:L.arg(${temp},'string',${value.at}))`;
}
