import { GoError, goPanic } from '../template-error.ts';
import type { GoFunction, ParamType } from '../signature.ts';
import {
  HostObject,
  isList,
  itemsOf,
  kindOf,
  toBytes,
  fromBytes,
  typeName,
} from '../value/index.ts';
import { formatValue } from '../format/index.ts';

/** A function with fixed parameters. */
export function fn(params: readonly ParamType[], call: GoFunction['call']): GoFunction {
  return { params, call };
}

/** A function whose last parameter repeats. */
export function variadic(params: readonly ParamType[], call: GoFunction['call']): GoFunction {
  return { params, variadic: true, call };
}

/** The panic of a nil that is asked for its type. */
export function nilPanic(): GoError {
  return goPanic('invalid memory address or nil pointer dereference');
}

/** A list argument of any slice kind; `verb` stands in Sprig's error. */
export function listOf(value: unknown, verb: string): readonly unknown[] {
  if (value === undefined || value === null) throw nilPanic();
  if (isList(value)) return itemsOf(value);
  throw new GoError(`Cannot ${verb} on type ${kindOf(value)}`);
}

/** Sprig's strval: a string as it is, bytes as text, everything else as `%v`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return fromBytes(value);
  return formatValue(value);
}

/** The panic of a failed type assertion. */
export function conversionPanic(value: unknown, wanted: string): GoError {
  const got = value === undefined || value === null ? 'nil' : typeName(value);
  return new GoError(`interface conversion: interface {} is ${got}, not ${wanted}`);
}

/** The panic of a slice expression on a string or list of that length. */
export function boundsPanic(
  from: number | undefined,
  to: number | undefined,
  length: number,
): GoError {
  if (from === undefined) {
    const shown = to! < 0 ? `[:${to}]` : `[:${to}] with length ${length}`;
    return goPanic(`slice bounds out of range ${shown}`);
  }
  return goPanic(`slice bounds out of range [${from}:${to ?? length}]`);
}

export { fromBytes, HostObject, toBytes };
