import { formatValue } from '../format/index.ts';
import type { ParamType } from '../signature.ts';
import { toArgument } from '../runtime/argument.ts';
import { call } from '../runtime/builtins.ts';
import { faultOf, SiteFault } from '../runtime/fault.ts';
import {
  type CallArguments,
  field,
  holdsInterfaces,
  makePath,
  type Path,
} from '../runtime/path.ts';
import { itemAt, keyAt, turnsOf } from '../runtime/range.ts';
import { HostObject, isTrue } from '../value/index.ts';

function fail(site: number, reason: string): never {
  throw new SiteFault(site, reason);
}

function show(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (value instanceof HostObject && value.type.shown !== undefined) {
    return value.type.shown(value.value as never);
  }
  return formatValue(value);
}

function invoke(
  strict: boolean,
  receiver: unknown,
  names: readonly string[],
  { at, how }: { at: { site: number; wrapped: boolean }; how: CallArguments },
): unknown {
  const before = names.slice(0, -1);
  let wrapped = at.wrapped;
  let base = receiver;
  const path = makePath(strict);
  for (const name of before) {
    const holds = holdsInterfaces(base);
    base = path(base, [name], at.site, wrapped);
    wrapped = holds;
  }
  return field(base, names.at(-1)!, { site: at.site, wrapped, strict }, how);
}

/** What generated code calls, by the names it uses. */
export interface Library {
  readonly arg: (value: unknown, type: ParamType, at: number) => unknown;
  readonly call: typeof call;
  readonly fail: typeof fail;
  readonly fault: typeof faultOf;
  readonly invoke: (
    receiver: unknown,
    names: readonly string[],
    at: { site: number; wrapped: boolean },
    how: CallArguments,
  ) => unknown;
  readonly item: typeof itemAt;
  readonly key: typeof keyAt;
  readonly path: Path;
  readonly show: (value: unknown) => string;
  readonly truth: (value: unknown) => boolean;
  readonly turns: typeof turnsOf;
}

/** The library; in a strict one a missing map key is an error. */
export function makeLibrary(strict: boolean): Library {
  return {
    arg: toArgument,
    call,
    fail,
    fault: faultOf,
    invoke: (receiver, names, at, how) => invoke(strict, receiver, names, { at, how }),
    item: itemAt,
    key: keyAt,
    path: makePath(strict),
    show,
    truth: isTrue,
    turns: turnsOf,
  };
}
