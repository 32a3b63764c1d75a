import { quote } from '../format/quote.ts';
import { GoError } from '../template-error.ts';
import type { Token, TokenKind } from './token.ts';
import type { CommandNode, OperandNode, PipeNode, Source, VariableNode } from './node.ts';
import { numberNode } from './number.ts';
import { printNode } from './print-node.ts';
import { TokenBuffer } from './token-buffer.ts';
import { unquote } from './unquote.ts';

const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'field',
  'identifier',
  'number',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

const notExecutable: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

const MAX_PARENS = 1000;

/** Parses what stands inside an action: pipelines, commands, operands. */
export class PipelineParser {
  readonly tokens: TokenBuffer;
  /** The variables that may be used here, innermost last. */
  protected vars: string[] = ['$'];
  private readonly hasFunction: (name: string) => boolean;
  private parens = 0;

  constructor(source: Source, hasFunction: (name: string) => boolean) {
    this.tokens = new TokenBuffer(source);
    this.hasFunction = hasFunction;
  }

  /** Runs what throws a `GoError` and gives it its place. */
  protected orError<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      throw thrown instanceof GoError ? this.tokens.error(thrown.message) : thrown;
    }
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const { pos } = this.tokens.peekNonSpace();
    const pipe: PipeNode = { kind: 'pipe', pos, isAssign: false, decl: [], cmds: [] };
    this.declarations(pipe, context);
    for (;;) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      const isOperand =
        operandStarts.has(token.kind) ||
        (token.kind === 'keyword' && (token.text === '.' || token.text === 'nil'));
      if (!isOperand) throw this.tokens.unexpected(token, context);
      this.tokens.backup();
      pipe.cmds.push(this.command());
    }
    this.check(pipe, context);
    return pipe;
  }

  private check(pipe: PipeNode, context: string): void {
    if (pipe.cmds.length === 0) throw this.tokens.error(`missing value for ${context}`);
    const bad = pipe.cmds.findIndex((cmd, i) => i > 0 && notExecutable.has(cmd.args[0]!.kind));
    if (bad > 0) throw this.tokens.error(`non executable command in pipeline stage ${bad + 1}`);
  }

  private addVariable(pipe: PipeNode, token: Token): void {
    pipe.decl.push(this.variable(token.pos, token.text));
    this.vars.push(token.text);
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
  private declarations(pipe: PipeNode, context: string): void {
    for (;;) {
      const name = this.tokens.peekNonSpace();
      if (name.kind !== 'variable') return;
      this.tokens.next();
      const after = this.tokens.peek();
      const next = this.tokens.peekNonSpace();
      if (next.kind === 'assign' || next.kind === 'declare') {
        pipe.isAssign = next.kind === 'assign';
        this.tokens.nextNonSpace();
        this.addVariable(pipe, name);
        return;
      }
      if (next.kind !== 'char' || next.text !== ',') {
        if (after.kind === 'space') this.tokens.backup3(name, after);
        else this.tokens.backup2(name);
        return;
      }
      this.tokens.nextNonSpace();
      this.addVariable(pipe, name);
      this.checkSecond(pipe, context);
    }
  }

  private checkSecond(pipe: PipeNode, context: string): void {
    if (context !== 'range' || pipe.decl.length >= 2) {
      throw this.tokens.error(`too many declarations in ${context}`);
    }
    const { kind } = this.tokens.peekNonSpace();
    if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') {
      throw this.tokens.error('range can only initialize variables');
    }
  }

  private command(): CommandNode {
    const { pos } = this.tokens.peekNonSpace();
    const args: OperandNode[] = [];
    for (;;) {
      this.tokens.peekNonSpace();
      const operand = this.operand();
      if (operand !== undefined) args.push(operand);
      const token = this.tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.tokens.backup();
      else if (token.kind !== 'pipe') throw this.tokens.unexpected(token, 'operand');
      break;
    }
    if (args.length === 0) throw this.tokens.error('empty command');
    return { kind: 'command', pos, args };
  }

  private operand(): OperandNode | undefined {
    const node = this.term();
    if (node === undefined || this.tokens.peek().kind !== 'field') return node;
    const { pos } = this.tokens.peek();
    const fields: string[] = [];
    while (this.tokens.peek().kind === 'field') fields.push(this.tokens.next().text.slice(1));
    switch (node.kind) {
      case 'field':
      case 'variable':
        return { ...node, pos, ident: [...node.ident, ...fields] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw this.tokens.error(`unexpected . after term ${quote(printNode(node))}`);
      default:
        return { kind: 'chain', pos, node, fields };
    }
  }

  private variable(pos: number, text: string): VariableNode {
    return { kind: 'variable', pos, ident: [text] };
  }

  private term(): OperandNode | undefined {
    const token = this.tokens.nextNonSpace();
    const { pos, text, kind } = token;
    switch (kind) {
      case 'identifier':
        if (!this.hasFunction(text)) {
          throw this.tokens.error(`function ${quote(text)} not defined`);
        }
        return { kind, pos, name: text };
      case 'variable':
        if (!this.vars.includes(text)) {
          throw this.tokens.error(`undefined variable ${quote(text)}`);
        }
        return this.variable(pos, text);
      case 'field':
        return { kind, pos, ident: [text.slice(1)] };
      case 'bool':
        return { kind, pos, value: text === 'true' };
      case 'leftParen':
        return this.parenthesized();
      default:
        return this.literal(token);
    }
  }

  private literal({ pos, text, kind }: Token): OperandNode | undefined {
    switch (kind) {
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.orError(() => numberNode(pos, text, kind));
      case 'string':
      case 'rawString':
        return this.orError(() => ({ kind: 'string', pos, quoted: text, text: unquote(text) }));
      case 'keyword':
        if (text === '.') return { kind: 'dot', pos };
        if (text === 'nil') return { kind: 'nil', pos };
        break;
      default:
    }
    this.tokens.backup();
    return undefined;
  }

  private parenthesized(): OperandNode {
    if (this.parens >= MAX_PARENS) throw this.tokens.error('max expression depth exceeded');
    this.parens++;
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
    this.parens--;
    return pipe;
  }
}
