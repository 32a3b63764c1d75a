import { GoError } from '../../template-error.ts';
import {
  GoComplex,
  GoNumber,
  checkNesting,
  HostObject,
  isList,
  isMap,
  isTypedNil,
  itemsOf,
  tagOf,
  typedList,
  typedMap,
  typeName,
} from '../../value/index.ts';

function equalMaps(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]));
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => deepEqual(item, b[i]));
}

/** Two objects of one type. */
function equalObjects(a: object, b: object): boolean {
  if (a instanceof GoNumber) return a.value === (b as GoNumber).value;
  if (a instanceof GoComplex) return a.re === (b as GoComplex).re && a.im === (b as GoComplex).im;
  if (isList(a) && isList(b)) return equalLists(itemsOf(a), itemsOf(b));
  if (isMap(a) && isMap(b)) return equalMaps(a, b);
  if (!(a instanceof HostObject && b instanceof HostObject)) return false;
  return Object.values(a.type.fields).every((read) =>
    deepEqual(read(a.value as never), read(b.value as never)),
  );
}

/** reflect.DeepEqual: equal types all the way down, so an int is never a float64. */
export function deepEqual(a: unknown, b: unknown): boolean {
  const [x, y] = [a ?? null, b ?? null];
  if (x === y) return true;
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
  if (typeName(x) !== typeName(y) || isTypedNil(x) !== isTypedNil(y)) return false;
  return equalObjects(x, y);
}

/** A copy that shares no list and no map; types stay. */
export function deepCopy(value: unknown): unknown {
  if (value === null || value === undefined) {
    throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  }
  return copy(value, 0);
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  checkNesting(depth);
  const tag = tagOf(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => copy(item, depth + 1));
    return tag === undefined ? items : typedList(items, tag);
  }
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof HostObject && value.type.copy !== undefined) {
    return new HostObject(value.type, value.type.copy(value.value as never));
  }
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) out[key] = copy(value[key], depth + 1);
  return tag === undefined ? out : typedMap(out, tag);
}
