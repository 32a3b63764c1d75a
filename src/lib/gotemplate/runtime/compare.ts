import { sprintf } from '../format/index.ts';
import { GoError } from '../template-error.ts';
import {
  compareText,
  GoComplex,
  GoNumber,
  HostObject,
  isTypedNil,
  isUnsigned,
  kindOf,
  typeName,
} from '../value/index.ts';

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string';

function basicKind(value: unknown): Basic | undefined {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value instanceof GoNumber) {
    if (value.kind === 'float32') return 'float';
    return isUnsigned(value.kind) ? 'uint' : 'int';
  }
  return value instanceof GoComplex ? 'complex' : undefined;
}

const numeric = (value: unknown): bigint | number =>
  value instanceof GoNumber ? value.value : (value as bigint | number);

const isNone = (value: unknown): boolean => value === undefined || value === null;

function incompatible(a: unknown, b: unknown): GoError {
  return new GoError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

function sameKind(a: unknown, b: unknown, kind: Basic): boolean {
  if (kind === 'complex') {
    return a instanceof GoComplex && b instanceof GoComplex && a.re === b.re && a.im === b.im;
  }
  if (kind === 'string' || kind === 'bool') return a === b;
  return numeric(a) === numeric(b);
}

/** Values of no basic kind: maps, lists, structs, nil. */
function otherEqual(a: unknown, b: unknown): boolean {
  const bothThere = !isNone(a) && !isNone(b);
  if (bothThere && kindOf(a) !== kindOf(b)) {
    throw new GoError(sprintf('non-comparable types %s: %T, %T: %v', [a, a, b, b]));
  }
  const aNil = isNone(a) || isTypedNil(a);
  const bNil = isNone(b) || isTypedNil(b);
  if (aNil || bNil) return aNil === bNil;
  if (!(b instanceof HostObject)) {
    throw new GoError(sprintf('non-comparable type %s: %T', [b, b]));
  }
  return a instanceof HostObject && a.type === b.type && equalHosts(a, b);
}

/** Pointers are equal when they are the same, structs when they say the same. */
function equalHosts(a: HostObject, b: HostObject): boolean {
  if (a.value === b.value) return true;
  const { kind, text } = a.type;
  return (
    kind === 'struct' && text !== undefined && text(a.value as never) === text(b.value as never)
  );
}

function equalOne(a: unknown, b: unknown): boolean {
  const ka = basicKind(a);
  const kb = basicKind(b);
  if (ka === kb) return ka === undefined ? otherEqual(a, b) : sameKind(a, b, ka);
  const isWhole = (kind: Basic | undefined): boolean => kind === 'int' || kind === 'uint';
  if (isWhole(ka) && isWhole(kb)) return numeric(a) === numeric(b);
  if (!isNone(a) && !isNone(b)) throw incompatible(a, b);
  return false;
}

/** `eq a b c …`: whether a equals any of the others. */
export function eq(a: unknown, ...others: unknown[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => eq2(a, other));
}

/** `eq` of two. */
export function eq2(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a === b : equalOne(a, b);
}

export function ne(a: unknown, b: unknown): boolean {
  return !eq2(a, b);
}

const badType = (): GoError => new GoError('invalid type for comparison');

export function lt(a: unknown, b: unknown): boolean {
  const ka = basicKind(a);
  const kb = basicKind(b);
  if (ka === undefined || kb === undefined) throw badType();
  const isWhole = (kind: Basic): boolean => kind === 'int' || kind === 'uint';
  if (ka !== kb && !(isWhole(ka) && isWhole(kb))) throw incompatible(a, b);
  if (ka === 'bool' || ka === 'complex') throw badType();
  if (ka === 'string') return compareText(a as string, b as string) < 0;
  return numeric(a) < numeric(b);
}

export function le(a: unknown, b: unknown): boolean {
  return lt(a, b) || eq2(a, b);
}

export function gt(a: unknown, b: unknown): boolean {
  return !le(a, b);
}

export function ge(a: unknown, b: unknown): boolean {
  return !lt(a, b);
}
