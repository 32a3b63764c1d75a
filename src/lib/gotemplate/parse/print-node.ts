import type { CommandNode, ListNode, Node, OperandNode, PipeNode, StatementNode } from './node.ts';
import { quote } from '../format/quote.ts';

function printList(list: ListNode): string {
  return list.nodes.map(printStatement).join('');
}

function printStatement(node: StatementNode): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${printPipe(node.pipe)}}}`;
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${printPipe(node.pipe)}`;
      return `{{template ${quote(node.name)}${pipe}}}`;
    }
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.elseList === undefined ? '' : `{{else}}${printList(node.elseList)}`;
      return `{{${node.kind} ${printPipe(node.pipe)}}}${printList(node.list)}${otherwise}{{end}}`;
    }
  }
}

function printPipe(pipe: PipeNode): string {
  const decl = pipe.decl.map(printOperand).join(', ');
  const sign = pipe.isAssign ? ' = ' : ' := ';
  return (decl === '' ? '' : decl + sign) + pipe.cmds.map(printCommand).join(' | ');
}

function printCommand(command: CommandNode): string {
  return command.args
    .map((arg) => (arg.kind === 'pipe' ? `(${printPipe(arg)})` : printOperand(arg)))
    .join(' ');
}

function printOperand(node: OperandNode): string {
  switch (node.kind) {
    case 'identifier':
      return node.name;
    case 'variable':
      return node.ident.join('.');
    case 'field':
      return node.ident.map((name) => `.${name}`).join('');
    case 'chain': {
      const base =
        node.node.kind === 'pipe' ? `(${printPipe(node.node)})` : printOperand(node.node);
      return base + node.fields.map((name) => `.${name}`).join('');
    }
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'pipe':
      return printPipe(node);
  }
}

/** A node in Go's canonical form, as error texts show it. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'pipe':
      return printPipe(node);
    case 'command':
      return printCommand(node);
    case 'text':
    case 'action':
    case 'template':
    case 'break':
    case 'continue':
    case 'if':
    case 'with':
    case 'range':
      return printStatement(node);
    default:
      return printOperand(node);
  }
}
