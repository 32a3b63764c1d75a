import type { NumberNode, OperandNode } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import type { ParamType } from '../signature.ts';
import { GoComplex, GoNumber, int64 } from '../value/index.ts';
import { typeText, zeroArgument } from './argument.ts';

/** A literal as a Go value, or why it cannot be one. */
export type Literal = { readonly value: unknown } | { readonly fault: string };

const isHexInt = /^0[xX][^pP]*$/;

/** A number whose type its own syntax decides: an int unless it is written as a float. */
export function idealNumber(node: NumberNode): Literal {
  const { text } = node;
  if (node.complex !== undefined) return { value: new GoComplex(...node.complex) };
  const isFloatText = !isHexInt.test(text) && !text.startsWith("'") && /[.eEpP]/.test(text);
  if (node.float !== undefined && isFloatText) return { value: node.float };
  if (node.int !== undefined) return { value: node.int };
  return { fault: `${text} overflows int` };
}

function numberAs(node: OperandNode, type: ParamType): Literal {
  const number = node.kind === 'number' ? node : undefined;
  const shown = printNode(node);
  switch (type) {
    case 'int':
      if (number?.int === undefined) return { fault: `expected integer; found ${shown}` };
      return { value: Number(number.int) };
    case 'int64':
      if (number?.int === undefined) return { fault: `expected integer; found ${shown}` };
      return { value: number.int };
    case 'uint32':
      if (number?.uint === undefined) return { fault: `expected unsigned integer; found ${shown}` };
      return { value: Number(BigInt.asUintN(32, number.uint)) };
    default:
      if (number?.float === undefined) return { fault: `expected float; found ${shown}` };
      return { value: number.float };
  }
}

/** A literal where a parameter of that type stands. */
export function literalFor(node: OperandNode, type: ParamType): Literal {
  if (node.kind === 'nil') {
    return zeroArgument(type) ?? { fault: `cannot assign nil to ${typeText(type)}` };
  }
  switch (type) {
    case 'any':
    case 'value':
      return plainLiteral(node);
    case 'string':
      if (node.kind === 'string') return { value: node.text };
      return { fault: `expected string; found ${printNode(node)}` };
    case 'bool':
      if (node.kind === 'bool') return { value: node.value };
      return { fault: `expected bool; found ${printNode(node)}` };
    case 'int':
    case 'int64':
    case 'uint32':
    case 'float64':
      return numberAs(node, type);
    default:
      return { fault: `can't handle ${printNode(node)} for arg of type ${typeText(type)}` };
  }
}

/** A literal where any type will do. */
export function plainLiteral(node: OperandNode): Literal {
  if (node.kind === 'bool') return { value: node.value };
  if (node.kind === 'string') return { value: node.text };
  if (node.kind === 'number') return idealNumber(node);
  return { fault: `can't handle assignment of ${printNode(node)} to empty interface argument` };
}

/** JavaScript source that makes the value of a literal; `K` is the runtime's constructor table. */
export function literalSource(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof GoComplex) return `K.complex(${value.re},${value.im})`;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

/** An int64 literal's value as a Go value. */
export function asGoValue(value: unknown, type: ParamType): unknown {
  if (type === 'int64') return int64(value as bigint);
  return type === 'uint32' ? new GoNumber('uint32', BigInt(value as number)) : value;
}
