import type { ParamType } from '../signature.ts';
import {
  GoNumber,
  HostObject,
  isMap,
  tagOf,
  typedList,
  typedMap,
  typeName,
} from '../value/index.ts';
import { SiteFault } from './fault.ts';

/** The parameter's type as Go writes it. */
export function typeText(type: ParamType): string {
  if (typeof type === 'object') return type.named;
  if (type === 'any') return 'interface {}';
  return type === 'value' ? 'reflect.Value' : type;
}

const nilList = (): unknown =>
  typedList([], { name: '[]interface {}', element: 'interface {}', isNil: true });

const nilMap = (): unknown =>
  typedMap({}, { name: 'map[string]interface {}', element: 'interface {}', isNil: true });

const nilStrings = (): unknown =>
  typedList([], { name: '[]string', element: 'string', isNil: true });

/** The zero value of a type that can be nil; `undefined` for the others. */
export function zeroArgument(type: ParamType): { value: unknown } | undefined {
  switch (type) {
    case 'any':
    case 'error':
      return { value: null };
    case 'value':
      return { value: undefined };
    case '[]interface {}':
      return { value: nilList() };
    case 'map[string]interface {}':
      return { value: nilMap() };
    case '[]string':
      return { value: nilStrings() };
    default:
      return typeof type === 'object' && type.named.startsWith('*') ? { value: null } : undefined;
  }
}

/** Called with what did not fit on the fast way: converts it, or fails as Go's validateType does. */
function convert(value: unknown, type: ParamType, at: number): unknown {
  if (value === undefined) {
    const zero = zeroArgument(type);
    if (zero === undefined) throw new SiteFault(at, `invalid value; expected ${typeText(type)}`);
    return zero.value;
  }
  const got = value === null ? 'interface {}' : typeName(value);
  throw new SiteFault(at, `wrong type for value; expected ${typeText(type)}; got ${got}`);
}

function numberOf(value: unknown, type: 'int64' | 'uint32', at: number): unknown {
  if (value instanceof GoNumber && value.kind === type) {
    return type === 'int64' ? value.value : Number(value.value);
  }
  return convert(value, type, at);
}

function holdsAny(value: object): boolean {
  return (tagOf(value)?.element ?? 'interface {}') === 'interface {}';
}

function isAssignable(value: unknown, type: ParamType): boolean {
  switch (type) {
    case '[]interface {}':
      return Array.isArray(value) && holdsAny(value);
    case 'map[string]interface {}':
      return isMap(value) && holdsAny(value);
    case '[]string':
      return Array.isArray(value) && tagOf(value)?.element === 'string';
    default:
      return value instanceof HostObject && value.type.name === typeText(type);
  }
}

/** The JavaScript type of what fits a parameter without a change. */
const primitives: ReadonlyMap<ParamType, string> = new Map([
  ['string', 'string'],
  ['bool', 'boolean'],
  ['float64', 'number'],
]);

/** A value as an argument of that type, or a `SiteFault` with Go's text. */
export function toArgument(value: unknown, type: ParamType, at: number): unknown {
  const primitive = primitives.get(type);
  if (primitive !== undefined) return typeof value === primitive ? value : convert(value, type, at);
  switch (type) {
    case 'any':
      return value === undefined ? null : value;
    case 'value':
      return value;
    case 'int':
      return typeof value === 'bigint' ? Number(value) : convert(value, type, at);
    case 'int64':
    case 'uint32':
      return numberOf(value, type, at);
    default:
      return isAssignable(value, type) ? value : convert(value, type, at);
  }
}
