import type { GoFunction } from '../signature.ts';
import { GoComplex, GoNumber } from './number.ts';

const TYPE = Symbol('go type');

/** Methods of a named type: `call` gets the value itself before the arguments. */
export type HostMethod = GoFunction;

/** What a tagged list or map is in Go. */
export interface CollectionType {
  /** As `%T` prints it: `[]string`, `chartutil.Values`. */
  readonly name: string;
  /** The element type as Go writes it: `string`, `interface {}`. */
  readonly element: string;
  readonly methods?: Readonly<Record<string, HostMethod>>;
  /** A nil slice or map: prints as empty, is `null` in JSON. */
  readonly isNil?: boolean;
}

/** A struct type of the host: what a template sees of it. */
export interface HostType {
  /** As `%T` prints it: `chart.Metadata`, `*semver.Version`. */
  readonly name: string;
  /** A pointer behaves as its struct, save in `kindOf` and in print of a nil one. */
  readonly kind: 'struct' | 'ptr';
  /** Fields in Go's order; those with a small letter show in print but cannot be read. */
  readonly fields: Readonly<Record<string, (value: never) => unknown>>;
  readonly methods?: Readonly<Record<string, HostMethod>>;
  /** Methods a template cannot call, and what Go says of them. */
  readonly uncallable?: Readonly<Record<string, string>>;
  /** `GoString()`, which `%#v` uses. */
  readonly goText?: (value: never) => string;
  /** `String()` or `Error()`, which printing uses. */
  readonly text?: (value: never) => string;
  /** `String()` of the pointer alone, which only an action that prints a field uses. */
  readonly shown?: (value: never) => string;
  /** What print shows as its fields, where that is not `fields`: for embedded structs. */
  readonly printed?: (value: never) => readonly (readonly [string, unknown])[];
  /** What deepCopy makes of it; absent: the same. */
  readonly copy?: (value: never) => unknown;
  /** What encoding/json gives for it, a `Map` when the order counts; absent: its fields by their Go names. */
  readonly json?: (value: never) => unknown;
}

/** A struct (or a pointer to one) of the host, wrapped for templates. A nil pointer has the value `null`. */
export class HostObject {
  readonly type: HostType;
  readonly value: unknown;

  constructor(type: HostType, value: unknown) {
    this.type = type;
    this.value = value;
  }
}

interface Tagged {
  [TYPE]?: CollectionType;
}

/** Marks an array as a slice of another type than []interface{}; returns the same array. */
export function typedList<T extends readonly unknown[]>(
  items: T,
  type: CollectionType | string,
): T {
  const tag = typeof type === 'string' ? { name: `[]${type}`, element: type } : type;
  Object.defineProperty(items, TYPE, { value: tag, configurable: true });
  return items;
}

/** Marks a plain object as a map of another type than map[string]interface{}; returns the same object. */
export function typedMap<T extends object>(map: T, type: CollectionType | string): T {
  const tag = typeof type === 'string' ? { name: `map[string]${type}`, element: type } : type;
  Object.defineProperty(map, TYPE, { value: tag, configurable: true });
  return map;
}

/** The tag of a list or map, if it has one. */
export function tagOf(value: object): CollectionType | undefined {
  return (value as Tagged)[TYPE];
}

const objectPrototype = Object.prototype;

/** Whether the value is a Go map: a plain object. */
export function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === objectPrototype || prototype === null;
}

/** Whether the value is a Go slice: an array, or bytes. */
export function isList(value: unknown): value is unknown[] | Uint8Array {
  return Array.isArray(value) || value instanceof Uint8Array;
}

/** Whether the value is nil, be it "no value" or an empty interface. */
export function isNil(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** The items of a list as Go values. */
export function itemsOf(list: unknown[] | Uint8Array): readonly unknown[] {
  if (Array.isArray(list)) return list;
  return Array.from(list, (byte) => new GoNumber('uint8', BigInt(byte)));
}

/** The type of a list's or map's elements. */
export function elementOf(value: object): string {
  if (value instanceof Uint8Array) return 'uint8';
  return tagOf(value)?.element ?? 'interface {}';
}

/** The zero value of an element type, as a lookup of a missing key gives it. */
export function zeroOf(element: string): unknown {
  switch (element) {
    case 'interface {}':
      return null;
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
      return 0n;
    case 'float64':
      return 0;
    case '[]uint8':
      return new Uint8Array(0);
    default:
      if (element.startsWith('[]')) {
        return typedList([], { name: element, element: element.slice(2), isNil: true });
      }
      return null;
  }
}

/** The type as `%T` prints it. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'object':
      return value === null ? '<nil>' : objectTypeName(value);
    default:
      return '<nil>';
  }
}

function objectTypeName(value: object): string {
  if (value instanceof GoNumber) return value.kind;
  if (value instanceof HostObject) return value.type.name;
  if (value instanceof GoComplex) return 'complex128';
  if (value instanceof Uint8Array) return '[]uint8';
  const tag = tagOf(value);
  if (tag !== undefined) return tag.name;
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** The kind as reflect names it: `map`, `slice`, `string`, `int64`, `struct`, `invalid` … */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return isNil(value) ? 'invalid' : typeName(value);
  }
  if (value instanceof GoNumber) return value.kind;
  if (value instanceof GoComplex) return 'complex128';
  if (value instanceof HostObject) return value.type.kind;
  return isList(value) ? 'slice' : 'map';
}
