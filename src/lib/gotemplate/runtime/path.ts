import { KnownError } from '../../../base/index.ts';
import type { OperandNode } from '../parse/node.ts';
import { quote } from '../format/quote.ts';
import type { GoFunction, ParamType } from '../signature.ts';
import { HostObject, isMap, tagOf, typeName, zeroOf } from '../value/index.ts';
import { toArgument } from './argument.ts';
import { SiteFault } from './fault.ts';
import { literalFor } from './literal.ts';

/** An argument of a method call: a literal's node, or how to evaluate the rest. */
export interface Thunk {
  readonly site: number;
  readonly literal?: OperandNode;
  readonly run?: () => unknown;
}

/** Arguments of a field access that may be a method call; `final` is there when a value was piped in. */
export interface CallArguments {
  readonly args: readonly Thunk[];
  readonly final?: { readonly value: unknown };
  /** Where the last evaluated argument stands. */
  readonly last: () => number;
}

function methodOf(receiver: object, name: string): GoFunction | undefined {
  const methods = receiver instanceof HostObject ? receiver.type.methods : tagOf(receiver)?.methods;
  return methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

function checkCount(
  method: GoFunction,
  at: { site: number; name: string },
  how: CallArguments,
): void {
  const { params, variadic = false } = method;
  const count = how.args.length + (how.final === undefined ? 0 : 1);
  const fixed = variadic ? params.length - 1 : params.length;
  if (variadic ? count >= fixed : count === fixed) return;
  const want = variadic
    ? `want at least ${fixed} got ${how.args.length}`
    : `want ${fixed} got ${count}`;
  throw new SiteFault(at.site, `wrong number of args for ${at.name}: ${want}`);
}

function evaluate(thunk: Thunk, type: ParamType, last: () => number): unknown {
  if (thunk.run !== undefined) return toArgument(thunk.run(), type, last());
  const literal = literalFor(thunk.literal!, type);
  if ('fault' in literal) throw new SiteFault(thunk.site, literal.fault);
  return literal.value;
}

const noArguments: CallArguments = { args: [], last: () => 0 };

function callMethod(
  receiver: unknown,
  method: GoFunction,
  at: { site: number; name: string },
  how: CallArguments = noArguments,
): unknown {
  checkCount(method, at, how);
  const { params } = method;
  const typeAt = (i: number): ParamType => params[Math.min(i, params.length - 1)]!;
  const values = how.args.map((thunk, i) => evaluate(thunk, typeAt(i), how.last));
  if (how.final !== undefined) {
    const site = how.args.length > 0 ? how.last() : at.site;
    values.push(toArgument(how.final.value, typeAt(values.length), site));
  }
  const holder = receiver instanceof HostObject ? receiver.value : receiver;
  try {
    return (method.call as (...args: unknown[]) => unknown)(holder, ...values);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new SiteFault(at.site, `error calling ${at.name}: ${thrown.message}`);
  }
}

function hostField(
  receiver: HostObject,
  name: string,
  at: { site: number; hasArgs: boolean; type: string },
): unknown {
  const { fields } = receiver.type;
  if (!Object.hasOwn(fields, name)) {
    const why = receiver.type.uncallable?.[name];
    if (why !== undefined) throw new SiteFault(at.site, why);
    throw new SiteFault(at.site, `can't evaluate field ${name} in type ${at.type}`);
  }
  if (/^[^\p{Lu}]/u.test(name)) {
    const reason = `${name} is an unexported field of struct type ${at.type}`;
    throw new SiteFault(at.site, reason);
  }
  if (receiver.value === null) {
    throw new SiteFault(at.site, `nil pointer evaluating ${at.type}.${name}`);
  }
  if (at.hasArgs) {
    throw new SiteFault(at.site, `${name} has arguments but cannot be invoked as function`);
  }
  return fields[name]!(receiver.value as never);
}

interface Access {
  readonly site: number;
  readonly wrapped: boolean;
  readonly strict: boolean;
}

function mapEntry(
  map: Record<string, unknown>,
  name: string,
  at: Access,
  hasArgs: boolean,
): unknown {
  if (hasArgs) throw new SiteFault(at.site, `${name} is not a method but has arguments`);
  if (Object.hasOwn(map, name)) return map[name] ?? null;
  if (at.strict) throw new SiteFault(at.site, `map has no entry for key ${quote(name)}`);
  return zeroOf(tagOf(map)?.element ?? 'interface {}');
}

/** A field of nothing: absent values give nothing, an empty interface{} is an error. */
function fieldOfNil(receiver: null | undefined, name: string, at: Access): undefined {
  if (receiver === null)
    throw new SiteFault(at.site, `nil pointer evaluating interface {}.${name}`);
  if (at.strict) throw new SiteFault(at.site, `nil data; no entry for key ${quote(name)}`);
  return undefined;
}

/**
 * `receiver.name`: a method, a field or a map entry, in this order. `wrapped` says that the receiver
 * came out of an interface{} (a map entry, a list element), which shows in error texts.
 */
export function field(receiver: unknown, name: string, at: Access, how?: CallArguments): unknown {
  if (receiver === undefined || receiver === null) return fieldOfNil(receiver, name, at);
  const { site } = at;
  const type = at.wrapped ? 'interface {}' : typeName(receiver);
  if (typeof receiver === 'object') {
    const method = methodOf(receiver, name);
    if (method !== undefined) return callMethod(receiver, method, { site, name }, how);
    const hasArgs = how !== undefined && (how.args.length > 0 || how.final !== undefined);
    if (isMap(receiver)) return mapEntry(receiver, name, at, hasArgs);
    if (receiver instanceof HostObject) return hostField(receiver, name, { site, hasArgs, type });
  }
  throw new SiteFault(site, `can't evaluate field ${name} in type ${type}`);
}

/** Whether what a receiver's entries give is of type interface{}. */
export function holdsInterfaces(receiver: unknown): boolean {
  return isMap(receiver) && (tagOf(receiver)?.element ?? 'interface {}') === 'interface {}';
}

const prototype = Object.prototype;

/** `receiver.a.b.c` without arguments. */
export type Path = (
  receiver: unknown,
  names: readonly string[],
  site: number,
  wrapped: boolean,
) => unknown;

/** The entry of a plain map, or `undefined` when the map is not plain or has no such key. */
function plainEntry(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.getPrototypeOf(value) !== prototype || tagOf(value) !== undefined) return undefined;
  const next: unknown = (value as Record<string, unknown>)[name];
  // No data holds a function, so an inherited name shows itself.
  return typeof next === 'function' || name === '__proto__' ? undefined : next;
}

/** Field access for templates; with `strict` a missing map key is an error. */
export function makePath(strict: boolean): Path {
  return (receiver, names, site, wrapped) => {
    let value = receiver;
    let isWrapped = wrapped;
    for (const name of names) {
      const next = plainEntry(value, name);
      if (next !== undefined) {
        value = next;
        isWrapped = true;
        continue;
      }
      const holds = holdsInterfaces(value);
      value = field(value, name, { site, wrapped: isWrapped, strict });
      isWrapped = holds;
    }
    return value;
  };
}
