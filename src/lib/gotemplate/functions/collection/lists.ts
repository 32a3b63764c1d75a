import type { FunctionTable, GoFunction } from '../../signature.ts';
import { GoError, goPanic } from '../../template-error.ts';
import { isList, itemsOf, kindOf, tagOf, typedList } from '../../value/index.ts';
import { fn, listOf, nilPanic, variadic } from '../define.ts';
import { toInt64 } from '../math/cast.ts';
import { deepEqual } from './deep-equal.ts';
import { isEmpty } from './defaults.ts';

/** No list grows beyond this. */
const MOST = 5_000_000;

const nilList = (): unknown[] =>
  typedList([], { name: '[]interface {}', element: 'interface {}', isNil: true });

const contains = (list: readonly unknown[], value: unknown): boolean =>
  list.some((item) => deepEqual(value, item));

function uniq(list: unknown): unknown[] {
  const out: unknown[] = [];
  for (const item of listOf(list, 'find uniq')) {
    if (!contains(out, item)) out.push(item);
  }
  return out;
}

function chunk(size: number, list: unknown): unknown {
  if (list === null || list === undefined) throw nilPanic();
  if (!isList(list)) throw new GoError(`Cannot chunk type ${kindOf(list)}`);
  const items = itemsOf(list);
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0) throw goPanic('makeslice: len out of range');
  const out = Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
  return typedList(out, { name: '[][]interface {}', element: '[]interface {}' });
}

function slice(list: unknown, ...bounds: unknown[]): unknown {
  if (list === null || list === undefined) throw nilPanic();
  if (!isList(list)) {
    throw new GoError(`list should be type of slice or array but ${kindOf(list)}`);
  }
  if (list.length === 0) return null;
  const from = bounds.length > 0 ? Number(toInt64(bounds[0])) : 0;
  const to = bounds.length > 1 ? Number(toInt64(bounds[1])) : list.length;
  if (from < 0 || to < from || to > list.length) {
    throw new GoError('reflect.Value.Slice: slice index out of bounds');
  }
  const part = list.slice(from, to);
  const tag = tagOf(list);
  return tag === undefined || !Array.isArray(part) ? part : typedList(part, tag);
}

function concat(...lists: unknown[]): unknown {
  const out: unknown[] = [];
  for (const list of lists) {
    if (list === null || list === undefined) throw nilPanic();
    if (!isList(list)) throw new GoError(`Cannot concat type ${kindOf(list)} as list`);
    if (out.length + list.length > MOST) throw new GoError(`a list of more than ${MOST} items`);
    for (const item of itemsOf(list)) out.push(item);
  }
  return out.length === 0 ? nilList() : out;
}

function has(needle: unknown, list: unknown): boolean {
  return list !== null && list !== undefined && contains(listOf(list, 'find has'), needle);
}

function part(list: unknown, verb: string, from: number, to?: number): unknown {
  const items = listOf(list, verb);
  return items.length === 0 ? nilList() : items.slice(from, to);
}

/** A function and its `must` twin, which here is the same: both give the error. */
function twins(names: string, spec: GoFunction): [string, GoFunction][] {
  return names.split(' ').map((name) => [name, spec]);
}

const any = ['any'] as const;
const two = ['any', 'any'] as const;
const list = variadic(any, (...items: unknown[]) => items);

/** Lists. Every result is a new list. */
export const listFunctions: FunctionTable = Object.fromEntries([
  ...twins('list tuple', list),
  ...twins(
    'first mustFirst',
    fn(any, (l: unknown) => listOf(l, 'find first')[0] ?? null),
  ),
  ...twins(
    'last mustLast',
    fn(any, (l: unknown) => listOf(l, 'find last').at(-1) ?? null),
  ),
  ...twins(
    'rest mustRest',
    fn(any, (l: unknown) => part(l, 'find rest', 1)),
  ),
  ...twins(
    'initial mustInitial',
    fn(any, (l: unknown) => part(l, 'find initial', 0, -1)),
  ),
  ...twins(
    'append push mustAppend mustPush',
    fn(two, (l: unknown, item: unknown) => [...listOf(l, 'push'), item]),
  ),
  ...twins(
    'prepend mustPrepend',
    fn(two, (l: unknown, item: unknown) => [item, ...listOf(l, 'prepend')]),
  ),
  ...twins(
    'reverse mustReverse',
    fn(any, (l: unknown) => listOf(l, 'find reverse').toReversed()),
  ),
  ...twins(
    'compact mustCompact',
    fn(any, (l: unknown) => listOf(l, 'compact').filter((item) => !isEmpty(item))),
  ),
  ...twins('uniq mustUniq', fn(any, uniq)),
  ...twins(
    'without mustWithout',
    variadic(two, (l: unknown, ...omit: unknown[]) =>
      listOf(l, 'find without').filter((item) => !contains(omit, item)),
    ),
  ),
  ...twins('has mustHas', fn(two, has)),
  ...twins('slice mustSlice', variadic(two, slice)),
  ...twins('chunk mustChunk', fn(['int', 'any'], chunk)),
  ...twins('concat', variadic(any, concat)),
]);
