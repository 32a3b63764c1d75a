import type {
  ActionNode,
  BranchNode,
  Definition,
  ListNode,
  StatementNode,
  TemplateNode,
} from '../parse/node.ts';
import type { Site } from '../runtime/fault.ts';
import { ExpressionWriter, type Functions } from './expression.ts';

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

  constructor(functions: Functions) {
    super(functions);
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
      `let o='',at=0;${declared}${this.prologue()}`,
      'try{',
      ...this.lines,
      '}catch(e){throw L.fault(e,T,at);}',
      'return o;}',
    ].join('\n');
  }

  private list(list: ListNode): void {
    for (const node of list.nodes) this.statement(node);
  }

  private statement(node: StatementNode): void {
    switch (node.kind) {
      case 'text':
        this.text += node.text;
        return;
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

  private action(node: ActionNode): void {
    const value = this.pipe(node.pipe);
    if (node.pipe.decl.length > 0) return this.line(`${value.js};`);
    const temp = this.scope.fresh('t');
    return this.line(`o+=typeof(${temp}=${value.js})==='string'?${temp}:L.show(${temp});`);
  }

  private branch(node: BranchNode): void {
    this.scope.inside(() => {
      const value = this.pipe(node.pipe);
      const { dot } = this;
      const temp = this.scope.fresh('t');
      this.line(`if(L.truth(${temp}=${value.js})){`);
      if (node.kind === 'with') this.dot = { js: temp, wrapped: 'false' };
      this.body(node.list);
      this.dot = dot;
      if (node.elseList !== undefined) {
        this.line('}else{');
        this.body(node.elseList);
      }
      this.line('}');
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
      const outer = this.loops;
      this.line(`${turns}=L.turns(${value.js},{at:${value.at},variables:${decl.length}});`);
      this.line(`if(${turns}!==undefined){`);
      this.loops = Number(turns.slice(1));
      this.line(`r${this.loops}:for(${index}=0;${index}<${turns}.count;${index}++){`);
      this.line(`rt.step(o.length,${this.site(node.pipe)});${item}=L.item(${turns},${index});`);
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
      if (node.elseList !== undefined) {
        this.line('}else{');
        this.body(node.elseList);
      }
      this.line('}');
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
      this.line(`${variable.js}=${js};`);
      if (!loop.isAssign && isItem) this.scope.redeclare(name, { js: variable.js, wrapped });
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
    this.line(`${arg}=${value?.js ?? 'undefined'};`);
    this.line(`at=${at};rt.step(o.length,${at});o+=${found}.run(rt,${arg});`);
  }
}

/** Generates the JavaScript of a template. */
export function generate(definition: Definition, functions: Functions): Generated {
  const writer = new TemplateWriter(functions);
  const body = writer.write(definition.root);
  return { name: definition.name, body, sites: writer.sites };
}
