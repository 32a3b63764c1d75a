/** Where nodes came from: the file's name and its text. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

interface Placed {
  /** Where Go says the node is, in UTF-16 units of its source. */
  readonly pos: number;
}

export interface TextNode extends Placed {
  readonly kind: 'text';
  readonly text: string;
}
export interface ActionNode extends Placed {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface TemplateNode extends Placed {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface JumpNode extends Placed {
  readonly kind: 'break' | 'continue';
}
/** `{{end}}` and `{{else}}`: they end a list and are not kept. */
export interface EndNode extends Placed {
  readonly kind: 'end' | 'else';
}
export interface ListNode {
  readonly nodes: StatementNode[];
}
export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

export interface PipeNode extends Placed {
  readonly kind: 'pipe';
  isAssign: boolean;
  readonly decl: VariableNode[];
  readonly cmds: CommandNode[];
}
export interface CommandNode extends Placed {
  readonly kind: 'command';
  readonly args: OperandNode[];
}
export interface IdentifierNode extends Placed {
  readonly kind: 'identifier';
  readonly name: string;
}
/** `$x.a.b`: the variable's name with its `$`, then the fields. */
export interface VariableNode extends Placed {
  readonly kind: 'variable';
  readonly ident: readonly string[];
}
export interface FieldNode extends Placed {
  readonly kind: 'field';
  readonly ident: readonly string[];
}
/** `(pipe).a.b` */
export interface ChainNode extends Placed {
  readonly kind: 'chain';
  readonly node: OperandNode;
  readonly fields: readonly string[];
}
export interface DotNode extends Placed {
  readonly kind: 'dot' | 'nil';
}
export interface BoolNode extends Placed {
  readonly kind: 'bool';
  readonly value: boolean;
}
/** A number has a value for each kind it could be. */
export interface NumberNode extends Placed {
  readonly kind: 'number';
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: readonly [number, number] | undefined;
}
export interface StringNode extends Placed {
  readonly kind: 'string';
  readonly quoted: string;
  readonly text: string;
}
export type OperandNode =
  | IdentifierNode
  | VariableNode
  | FieldNode
  | ChainNode
  | DotNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

export type Node = StatementNode | PipeNode | CommandNode | OperandNode;

/** One template of a text: the text's own, or a `define` or `block` in it. */
export interface Definition {
  readonly name: string;
  readonly root: ListNode;
}
