import { isPrintable, sprint, sprintf, sprintln } from '../format/index.ts';
import { GoError } from '../template-error.ts';
import type { FunctionTable, ParamType } from '../signature.ts';
import {
  byteLength,
  byteSlice,
  elementOf,
  GoNumber,
  HostObject,
  isList,
  isMap,
  itemsOf,
  toBytes,
  isTrue,
  tagOf,
  typedList,
  typeName,
  uint8,
  zeroOf,
} from '../value/index.ts';
import { eq, ge, gt, le, lt, ne } from './compare.ts';
import { printNode } from '../parse/print-node.ts';
import type { OperandNode } from '../parse/node.ts';

function wholeOf(index: unknown): unknown {
  return index instanceof GoNumber ? index.value : index;
}

function indexNumber(index: unknown, cap: number): number {
  if (index === undefined || index === null) throw new GoError('cannot index slice/array with nil');
  const whole = wholeOf(index);
  if (typeof whole !== 'bigint') {
    throw new GoError(`cannot index slice/array with type ${typeName(index)}`);
  }
  if (whole < 0n || whole > BigInt(cap)) throw new GoError(`index out of range: ${whole}`);
  return Number(whole);
}

function indexList(list: unknown[] | Uint8Array, index: unknown): unknown {
  const at = indexNumber(index, list.length);
  if (at >= list.length) throw new GoError('reflect: slice index out of range');
  return itemsOf(list)[at] ?? null;
}

function indexText(text: string, index: unknown): unknown {
  const at = indexNumber(index, byteLength(text));
  const byte = toBytes(text)[at];
  if (byte === undefined) throw new GoError('reflect: string index out of range');
  return uint8(byte);
}

function indexMap(map: Record<string, unknown>, index: unknown): unknown {
  if (index === undefined || index === null) {
    throw new GoError('value is nil; should be of type string');
  }
  if (typeof index !== 'string') {
    throw new GoError(`value has type ${typeName(index)}; should be string`);
  }
  if (Object.hasOwn(map, index)) return map[index] ?? null;
  return zeroOf(elementOf(map));
}

/** The type of what a pointer leads to. */
function pointedTo(value: unknown): string {
  return typeName(value).replace(/^\*/, '');
}

function indexOne(item: unknown, index: unknown): unknown {
  if (item === undefined || item === null) throw new GoError('index of nil pointer');
  if (isList(item)) return indexList(item, index);
  if (typeof item === 'string') return indexText(item, index);
  if (isMap(item)) return indexMap(item, index);
  throw new GoError(`can't index item of type ${pointedTo(item)}`);
}

function index(item: unknown, ...indexes: unknown[]): unknown {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  return indexes.reduce(indexOne, item);
}

function checkSlice(item: unknown, count: number): asserts item is string | unknown[] | Uint8Array {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil');
  if (count > 3) throw new GoError(`too many slice indexes: ${count}`);
  if (typeof item !== 'string' && !isList(item)) {
    throw new GoError(`can't slice item of type ${pointedTo(item)}`);
  }
  if (typeof item === 'string' && count === 3) throw new GoError('cannot 3-index slice a string');
}

/** Go's own slice, which Sprig's hides. */
function slice(item: unknown, ...indexes: unknown[]): unknown {
  checkSlice(item, indexes.length);
  const size = typeof item === 'string' ? byteLength(item) : item.length;
  const [from = 0, to = size, cap = size] = indexes.map((at) => indexNumber(at, size));
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (to > cap) throw new GoError(`invalid slice index: ${to} > ${cap}`);
  if (typeof item === 'string') return byteSlice(item, from, to);
  const part = item.slice(from, to);
  const tag = tagOf(item);
  return tag === undefined || !Array.isArray(part) ? part : typedList(part, tag);
}

function len(item: unknown): bigint {
  if (item === null) throw new GoError('len of nil pointer');
  if (item === undefined) {
    throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  }
  if (typeof item === 'string') return BigInt(byteLength(item));
  if (isList(item)) return BigInt(item.length);
  if (isMap(item)) return BigInt(Object.keys(item).length);
  if (item instanceof HostObject && item.value === null) throw new GoError('len of nil pointer');
  throw new GoError(`len of type ${pointedTo(item)}`);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
};

/** What the escapers take: nil shows as a template shows it, not as print does. */
function shown(args: readonly unknown[]): string {
  return sprint(args.map((arg) => arg ?? '<no value>'));
}

function html(...args: unknown[]): string {
  return shown(args).replaceAll(/["'&<>\0]/g, (char) => htmlEscapes[char]!);
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

function js(...args: unknown[]): string {
  return shown(args).replaceAll(/[\\'"<>&=\x00-\x1f]|[^\x00-\x7f]/gu, (char) => {
    const code = char.codePointAt(0)!;
    if (code < 0x80)
      return jsEscapes[char] ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return isPrintable(code) ? char : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** url.QueryEscape. */
export function queryEscape(text: string): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(char)) out += char;
    else out += byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** `call` gets the text of its first operand first, for its error. */
export function call(name: OperandNode | undefined, fn: unknown): never {
  if (fn === undefined || fn === null) throw new GoError('call of nil');
  const shown = name === undefined ? formatCallee(fn) : printNode(name);
  throw new GoError(`non-function ${shown} of type ${typeName(fn)}`);
}

function formatCallee(fn: unknown): string {
  return typeof fn === 'string' ? fn : `<${typeName(fn)} Value>`;
}

const value: readonly ParamType[] = ['value'];
const two: readonly ParamType[] = ['value', 'value'];

/** Go's predefined functions, save `and`, `or` and `call`, which the generator knows. */
export const builtins: FunctionTable = {
  eq: { params: two, variadic: true, call: eq },
  ge: { params: two, call: ge },
  gt: { params: two, call: gt },
  le: { params: two, call: le },
  lt: { params: two, call: lt },
  ne: { params: two, call: ne },
  html: { params: ['any'], variadic: true, call: html },
  index: { params: two, variadic: true, use: 'looks up', call: index },
  js: { params: ['any'], variadic: true, call: js },
  len: { params: value, use: 'lists', call: len },
  not: { params: value, use: 'lists', call: (arg: unknown) => !isTrue(arg) },
  print: { params: ['any'], variadic: true, call: (...args: unknown[]) => sprint(args) },
  printf: {
    params: ['string', 'any'],
    variadic: true,
    call: (format: string, ...args: unknown[]) => sprintf(format, args),
  },
  println: { params: ['any'], variadic: true, call: (...args: unknown[]) => sprintln(args) },
  slice: { params: two, variadic: true, call: slice },
  urlquery: {
    params: ['any'],
    variadic: true,
    call: (...args: unknown[]) => queryEscape(shown(args)),
  },
};

/** The names the generator compiles itself, with the number of arguments each needs at least. */
export const special: ReadonlyMap<string, number> = new Map([
  ['and', 1],
  ['or', 1],
  ['call', 1],
]);
