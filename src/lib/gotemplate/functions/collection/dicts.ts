import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { isMap, isTypedNil, tagOf, typedList } from '../../value/index.ts';
import { conversionPanic, fn, textOf, variadic } from '../define.ts';
import { mergeInto } from './merge.ts';

type GoMap = Record<string, unknown>;

const MAP = 'map[string]interface {}';

function put(map: GoMap, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else map[key] = value;
}

function dict(...args: unknown[]): GoMap {
  const out: GoMap = {};
  for (let i = 0; i < args.length; i += 2) {
    put(out, textOf(args[i]), i + 1 < args.length ? args[i + 1] : '');
  }
  return out;
}

function set(map: GoMap, key: string, value: unknown): GoMap {
  if (isTypedNil(map)) throw new GoError('assignment to entry in nil map');
  put(map, key, value);
  return map;
}

function unset(map: GoMap, key: string): GoMap {
  delete map[key];
  return map;
}

function pick(map: GoMap, ...keys: string[]): GoMap {
  const out: GoMap = {};
  for (const key of keys) if (Object.hasOwn(map, key)) put(out, key, map[key]);
  return out;
}

function omit(map: GoMap, ...keys: string[]): GoMap {
  const out: GoMap = {};
  for (const key of Object.keys(map)) if (!keys.includes(key)) put(out, key, map[key]);
  return out;
}

function asMap(value: unknown): GoMap {
  if (isMap(value) && (tagOf(value)?.name ?? MAP) === MAP) return value;
  throw conversionPanic(value, MAP);
}

function dig(...args: unknown[]): unknown {
  if (args.length < 3) throw new GoError('dig needs at least three arguments');
  let map = asMap(args.at(-1));
  const keys = args.slice(0, -2);
  for (const key of keys) if (typeof key !== 'string') throw conversionPanic(key, 'string');
  for (const [i, key] of (keys as string[]).entries()) {
    if (!Object.hasOwn(map, key)) return args.at(-2);
    if (i === keys.length - 1) return map[key];
    map = asMap(map[key]);
  }
  return map;
}

/** A nil map gets a new one to merge into. */
function merge(overwrite: boolean) {
  return (target: GoMap, ...sources: GoMap[]): GoMap => {
    if (isTypedNil(target) && sources.every(isTypedNil)) return target;
    const into = isTypedNil(target) ? {} : target;
    for (const source of sources) mergeInto(into, source, overwrite);
    return into;
  };
}

const two = [MAP, MAP] as const;

/** Maps. `set`, `unset` and the merges change the map they are given. */
export const dictFunctions: FunctionTable = {
  dict: variadic(['any'], dict),
  get: fn([MAP, 'string'], (map: GoMap, key: string) => (Object.hasOwn(map, key) ? map[key] : '')),
  set: fn([MAP, 'string', 'any'], set),
  unset: fn([MAP, 'string'], unset),
  hasKey: fn([MAP, 'string'], (map: GoMap, key: string) => Object.hasOwn(map, key)),
  pluck: variadic(['string', MAP], (key: string, ...maps: GoMap[]) =>
    maps.filter((map) => Object.hasOwn(map, key)).map((map) => map[key]),
  ),
  keys: variadic([MAP], (...maps: GoMap[]) =>
    typedList(
      maps.flatMap((map) => Object.keys(map)),
      'string',
    ),
  ),
  values: fn([MAP], (map: GoMap) => Object.values(map)),
  pick: variadic([MAP, 'string'], pick),
  omit: variadic([MAP, 'string'], omit),
  dig: variadic(['any'], dig),
  merge: variadic(two, merge(false)),
  mustMerge: variadic(two, merge(false)),
  mergeOverwrite: variadic(two, merge(true)),
  mustMergeOverwrite: variadic(two, merge(true)),
};
