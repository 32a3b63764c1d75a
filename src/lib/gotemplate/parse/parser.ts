import { quote } from '../format/quote.ts';
import { TemplateError } from '../template-error.ts';
import type { Token } from './token.ts';
import type {
  BranchNode,
  Definition,
  EndNode,
  ListNode,
  PipeNode,
  Source,
  StatementNode,
  TemplateNode,
} from './node.ts';
import { PipelineParser } from './pipeline.ts';
import { unquote } from './unquote.ts';

interface Body {
  readonly list: ListNode;
  readonly end: EndNode;
}

/** Whether a template has nothing in it but blanks and comments. */
export function isEmptyList(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === 'text' && /^\s*$/.test(node.text));
}

function isEnd(node: StatementNode | EndNode): node is EndNode {
  return node.kind === 'end' || node.kind === 'else';
}

class TreeParser extends PipelineParser {
  readonly definitions = new Map<string, ListNode>();
  private rangeDepth = 0;

  parse(): ListNode {
    const root: ListNode = { nodes: [] };
    for (let token = this.tokens.peek(); token.kind !== 'eof'; token = this.tokens.peek()) {
      if (token.kind === 'leftDelim') {
        this.tokens.next();
        const word = this.tokens.nextNonSpace();
        if (word.kind === 'keyword' && word.text === 'define') {
          this.definition();
          continue;
        }
        this.tokens.backup2(token);
      }
      const node = this.textOrAction();
      if (isEnd(node)) {
        throw this.tokens.error(`unexpected {{${node.kind}}}`);
      }
      root.nodes.push(node);
    }
    this.define(this.tokens.source.name, root);
    return root;
  }

  private define(name: string, root: ListNode): void {
    const known = this.definitions.get(name);
    if (known === undefined || isEmptyList(known)) this.definitions.set(name, root);
    else if (!isEmptyList(root)) {
      throw this.tokens.error(`template: multiple definition of template ${quote(name)}`);
    }
  }

  /** A define or block has variables of its own, and `break` belongs to none of the ranges around it. */
  private inner<T>(run: () => T): T {
    const { vars, rangeDepth } = this;
    const { actionLine } = this.tokens;
    this.vars = ['$'];
    this.rangeDepth = 0;
    this.tokens.actionLine = 0;
    const result = run();
    this.vars = vars;
    this.rangeDepth = rangeDepth;
    this.tokens.actionLine = actionLine;
    return result;
  }

  private definition(): void {
    const context = 'define clause';
    const token = this.tokens.expect(['string', 'rawString'], context);
    const name = this.unquoted(token);
    this.tokens.expect(['rightDelim'], context);
    this.define(
      name,
      this.inner(() => this.closedList(context)),
    );
  }

  private closedList(context: string): ListNode {
    const { list, end } = this.itemList();
    if (end.kind !== 'end') throw this.tokens.error(`unexpected {{else}} in ${context}`);
    return list;
  }

  private itemList(): Body {
    const list: ListNode = { nodes: [] };
    while (this.tokens.peekNonSpace().kind !== 'eof') {
      const node = this.textOrAction();
      if (isEnd(node)) return { list, end: node };
      list.nodes.push(node);
    }
    throw this.tokens.error('unexpected EOF');
  }

  private textOrAction(): StatementNode | EndNode {
    const token = this.tokens.nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.text };
    if (token.kind !== 'leftDelim') throw this.tokens.unexpected(token, 'input');
    this.tokens.actionLine = token.line;
    const node = this.action();
    this.tokens.actionLine = 0;
    return node;
  }

  private action(): StatementNode | EndNode {
    const token = this.tokens.nextNonSpace();
    if (token.kind === 'keyword') {
      const node = this.control(token);
      if (node !== undefined) return node;
    }
    this.tokens.backup();
    const { pos } = this.tokens.peek();
    return { kind: 'action', pos, pipe: this.pipeline('command', 'rightDelim') };
  }

  private control(token: Token): StatementNode | EndNode | undefined {
    switch (token.text) {
      case 'block':
        return this.block();
      case 'break':
      case 'continue':
        return this.jump(token, token.text);
      case 'else':
        return this.otherwise();
      case 'end':
        return { kind: 'end', pos: this.tokens.expect(['rightDelim'], 'end').pos };
      case 'if':
      case 'range':
      case 'with':
        return this.branch(token.text);
      case 'template':
        return this.template();
      default:
        return undefined;
    }
  }

  private jump(token: Token, kind: 'break' | 'continue'): StatementNode {
    const next = this.tokens.nextNonSpace();
    if (next.kind !== 'rightDelim') throw this.tokens.unexpected(next, `{{${kind}}}`);
    if (this.rangeDepth === 0) throw this.tokens.error(`{{${kind}}} outside {{range}}`);
    return { kind, pos: token.pos };
  }

  private otherwise(): EndNode {
    const next = this.tokens.peekNonSpace();
    if (next.kind === 'keyword' && (next.text === 'if' || next.text === 'with')) {
      return { kind: 'else', pos: next.pos };
    }
    return { kind: 'else', pos: this.tokens.expect(['rightDelim'], 'else').pos };
  }

  private branch(kind: 'if' | 'range' | 'with'): BranchNode {
    const known = this.vars.length;
    const pipe = this.pipeline(kind, 'rightDelim');
    if (kind === 'range') this.rangeDepth++;
    const { list, end } = this.itemList();
    if (kind === 'range') this.rangeDepth--;
    const elseList = end.kind === 'else' ? this.elseList(kind) : undefined;
    this.vars.length = known;
    return { kind, pos: pipe.pos, pipe, list, elseList };
  }

  private elseList(kind: 'if' | 'range' | 'with'): ListNode {
    const next = this.tokens.peek();
    if (kind !== 'range' && next.kind === 'keyword' && next.text === kind) {
      this.tokens.next();
      return { nodes: [this.branch(kind)] };
    }
    const { list, end } = this.itemList();
    if (end.kind !== 'end') throw this.tokens.error('expected end; found {{else}}');
    return list;
  }

  private unquoted(token: Token): string {
    return this.orError(() => unquote(token.text));
  }

  private templateName(token: Token, context: string): string {
    if (token.kind === 'string' || token.kind === 'rawString') return this.unquoted(token);
    throw this.tokens.unexpected(token, context);
  }

  private block(): TemplateNode {
    const context = 'block clause';
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.pipeline(context, 'rightDelim');
    this.define(
      name,
      this.inner(() => this.closedList(context)),
    );
    return { kind: 'template', pos: token.pos, name, pipe };
  }

  private template(): TemplateNode {
    const context = 'template clause';
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.tokens.nextNonSpace().kind !== 'rightDelim') {
      this.tokens.backup();
      pipe = this.pipeline(context, 'rightDelim');
    }
    return { kind: 'template', pos: token.pos, name, pipe };
  }
}

/**
 * Parses a text into its templates: itself under the source's name, and its defines and blocks.
 * Throws a `TemplateError` with Go's text.
 */
export function parseTemplate(
  source: Source,
  hasFunction: (name: string) => boolean,
): Definition[] {
  const parser = new TreeParser(source, hasFunction);
  try {
    parser.parse();
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new TemplateError('parse', `template: ${source.name}: nested too deeply`, {
      frames: [],
      reason: 'nested too deeply',
      cause: thrown,
    });
  }
  return Array.from(parser.definitions, ([name, root]) => ({ name, root }));
}
