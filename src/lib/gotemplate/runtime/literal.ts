import type { NumberNode, OperandNode } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import type { ParamType } from '../signature.ts';
import { GoComplex } from '../value/index.ts';
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

interface NumberReader {
  readonly kind: string;
  readonly read: (node: NumberNode) => unknown;
}

/** How a number reaches each numeric parameter, and what Go calls the kind. */
const numeric: ReadonlyMap<ParamType, NumberReader> = new Map([
  [
    'int',
    { kind: 'integer', read: ({ int }: NumberNode) => (int === undefined ? int : Number(int)) },
  ],
  ['int64', { kind: 'integer', read: ({ int }: NumberNode) => int }],
  [
    'uint32',
    {
      kind: 'unsigned integer',
      read: ({ uint }: NumberNode) =>
        uint === undefined ? uint : Number(BigInt.asUintN(32, uint)),
    },
  ],
  ['float64', { kind: 'float', read: ({ float }: NumberNode) => float }],
]);

/** How a number reaches a parameter, which may be of a named integer type. */
function numberReader(type: ParamType): NumberReader | undefined {
  if (typeof type !== 'object') return numeric.get(type);
  const { whole } = type;
  return whole && { kind: 'integer', read: ({ int }) => (int === undefined ? int : whole(int)) };
}

function numberAs(node: OperandNode, how: NumberReader): Literal {
  const value = node.kind === 'number' ? how.read(node) : undefined;
  return value === undefined
    ? { fault: `expected ${how.kind}; found ${printNode(node)}` }
    : { value };
}

/** A literal where a parameter of that type stands. */
export function literalFor(node: OperandNode, type: ParamType): Literal {
  if (node.kind === 'nil') {
    return zeroArgument(type) ?? { fault: `cannot assign nil to ${typeText(type)}` };
  }
  if (type === 'any' || type === 'value') return plainLiteral(node);
  const number = numberReader(type);
  if (number !== undefined) return numberAs(node, number);
  if (type === 'string' && node.kind === 'string') return { value: node.text };
  if (type === 'bool' && node.kind === 'bool') return { value: node.value };
  if (type === 'string' || type === 'bool') {
    return { fault: `expected ${type}; found ${printNode(node)}` };
  }
  return { fault: `can't handle ${printNode(node)} for arg of type ${typeText(type)}` };
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
