import type {
  ActionNode,
  BranchNode,
  Definition,
  ListNode,
  StatementNode,
  TemplateNode,
  TextNode,
} from '../parse/node.ts';
import type { Site } from '../runtime/fault.ts';
import { ExpressionWriter, type Functions } from './expression.ts';
import { type Marks, plainMarks } from './marks.ts';

/** The JavaScript of one template: the body of `(L, S, T, K) => (rt, d) => string`. */
export interface Generated {
  readonly name: string;
  readonly body: string;
  readonly sites: readonly Site[];
}

/** Writes the statements of one template. */
class TemplateWriter extends ExpressionWriter {
  private readonly lines: string[] = [];
  private text = '';
  private loops = 0;
  /** The JavaScript name of what caused the place being written to be reached; traced form only. */
  private cause = 'c0';

  constructor(functions: Functions, marks: Marks) {
    super(functions, marks);
    this.scope.redeclare('$', { js: 'd0', wrapped: 'false' });
    this.dot = { js: 'd0', wrapped: 'false' };
  }

  private line(code: string): void {
    this.flush();
    this.lines.push(code);
  }

  private flush(): void {
    if (this.text === '') return;
    this.lines.push(`o+=${JSON.stringify(this.text)};`);
    this.text = '';
  }

  write(list: ListNode): string {
    this.list(list);
    this.flush();
    const { names } = this.scope;
    const declared = names.length === 0 ? '' : `let ${names.join(',')};`;
    return [
      'return function(rt,d0){',
      `let o='',at=0;${declared}${this.prologue()}${this.marks.enter}`,
      'try{',
      ...this.lines,
      '}catch(e){throw L.fault(e,T,at);}',
      `${this.marks.leave}return o;}`,
    ].join('\n');
  }

  private list(list: ListNode): void {
    for (const node of list.nodes) this.statement(node);
  }

  private statement(node: StatementNode): void {
    switch (node.kind) {
      case 'text':
        return this.plainText(node);
      case 'action':
        return this.action(node);
      case 'if':
      case 'with':
        return this.branch(node);
      case 'range':
        return this.range(node);
      case 'template':
        return this.template(node);
      case 'break':
      case 'continue':
        return this.line(`${node.kind} r${this.loops};`);
    }
  }

  private plainText(node: TextNode): void {
    this.text += node.text;
    if (!this.marks.isTraced || node.text === '') return;
    this.line(this.marks.text(() => this.site(node), this.cause));
  }

  private action(node: ActionNode): void {
    const value = this.pipe(node.pipe);
    const begin = this.marks.begin(this.cause);
    if (node.pipe.decl.length > 0) return this.line(`${begin}${value.js};`);
    const temp = this.scope.fresh('t');
    const print = `o+=typeof(${temp}=${value.js})==='string'?${temp}:L.show(${temp});`;
    return this.line(`${begin}${print}${this.printed(node)}`);
  }

  private printed(node: ActionNode | TemplateNode): string {
    return this.marks.isTraced ? this.marks.printed(this.site(node)) : '';
  }

  /** The line that makes the cause of what follows; nothing in the plain form. */
  private newCause(make: string): string {
    if (!this.marks.isTraced) return '';
    this.cause = this.scope.fresh('c');
    return `${this.cause}=${make};`;
  }

  private branch(node: BranchNode): void {
    this.scope.inside(() => {
      const value = this.pipe(node.pipe);
      const { dot, cause } = this;
      const temp = this.scope.fresh('t');
      const begin = `${this.marks.begin(cause)}${temp}=${value.js};`;
      this.line(`${begin}${this.newCause('tr.under()')}if(L.truth(${temp})){`);
      if (node.kind === 'with') this.dot = { js: temp, wrapped: 'false' };
      this.body(node.list);
      this.dot = dot;
      if (node.elseList !== undefined) {
        this.line('}else{');
        this.body(node.elseList);
      }
      this.line('}');
      this.cause = cause;
    });
  }

  private body(list: ListNode): void {
    this.scope.inside(() => this.list(list));
    this.flush();
  }

  private range(node: BranchNode): void {
    this.scope.inside(() => {
      const { decl, isAssign } = node.pipe;
      const value = this.pipe(node.pipe);
      const turns = this.scope.fresh('r');
      const [index, item] = [this.scope.fresh('i'), this.scope.fresh('e')];
      const { loops: outer, cause } = this;
      const over = this.scope.fresh('t');
      const begin = `${this.marks.begin(cause)}${over}=${value.js};`;
      this.line(`${begin}${turns}=L.turns(${over},{at:${value.at},variables:${decl.length}});`);
      this.line(`${this.newCause('tr.under()')}if(${turns}!==undefined){`);
      const around = this.cause;
      this.loops = Number(turns.slice(1));
      this.line(`r${this.loops}:for(${index}=0;${index}<${turns}.count;${index}++){`);
      this.line(`rt.step(o.length,${this.site(node.pipe)});${item}=L.item(${turns},${index});`);
      const turn = `{index:${index},turns:${turns}}`;
      this.line(this.newCause(`tr.turn(${around},${over},${turn})`));
      const wrapped = `${turns}.wrapped`;
      this.scope.inside(() => {
        this.loopVariables(
          decl.map(({ ident }) => ident[0]!),
          { turns, index, item, isAssign },
        );
        const { dot } = this;
        this.dot = { js: item, wrapped };
        this.body(node.list);
        this.dot = dot;
      });
      this.line('}');
      this.loops = outer;
      this.cause = around;
      if (node.elseList !== undefined) {
        this.line('}else{');
        this.body(node.elseList);
      }
      this.line('}');
      this.cause = cause;
    });
  }

  private loopVariables(
    names: readonly string[],
    loop: { turns: string; index: string; item: string; isAssign: boolean },
  ): void {
    const wrapped = `${loop.turns}.wrapped`;
    const set = (name: string, js: string, isItem: boolean): void => {
      const variable = this.scope.find(name);
      if (variable === undefined) {
        this.line(`L.fail(at,${JSON.stringify(`undefined variable: ${name}`)});`);
        return;
      }
      const from = variable.from === undefined ? '' : `${variable.from}=${this.cause};`;
      this.line(`${variable.js}=${js};${from}`);
      if (!loop.isAssign && isItem) this.scope.redeclare(name, { ...variable, wrapped });
    };
    if (names.length > 1) set(names[0]!, `L.key(${loop.turns},${loop.index})`, false);
    const last = names.at(-1);
    if (last !== undefined) set(last, loop.item, true);
  }

  private template(node: TemplateNode): void {
    const at = this.site(node);
    const value = node.pipe === undefined ? undefined : this.pipe(node.pipe);
    const name = JSON.stringify(node.name);
    const found = this.scope.fresh('t');
    this.line(`${found}=rt.find(${name},${at});`);
    const arg = this.scope.fresh('t');
    this.line(`${this.marks.begin(this.cause)}${arg}=${value?.js ?? 'undefined'};`);
    const run = this.marks.isTraced ? 'trace' : 'run';
    const print = `o+=${found}.${run}(rt,${arg});${this.printed(node)}`;
    this.line(`at=${at};rt.step(o.length,${at});${print}`);
  }
}

/** Generates the JavaScript of a template; `tracedMarks` gives the form that notes origins. */
export function generate(
  definition: Definition,
  functions: Functions,
  marks: Marks = plainMarks,
): Generated {
  const writer = new TemplateWriter(functions, marks);
  const body = writer.write(definition.root);
  return { name: definition.name, body, sites: writer.sites };
}
