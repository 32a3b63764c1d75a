import { GoError } from '../../template-error.ts';
import {
  elementOf,
  HostObject,
  isList,
  isMap,
  isNil,
  isTrue,
  typeName,
} from '../../value/index.ts';

type GoMap = Record<string, unknown>;

function isEmptyValue(value: unknown): boolean {
  return value instanceof HostObject ? value.value === null : !isTrue(value);
}

/** One merge of two maps. */
class Merge {
  private readonly target: GoMap;
  private readonly source: GoMap;
  private readonly overwrite: boolean;

  constructor(target: GoMap, source: GoMap, overwrite: boolean) {
    this.target = target;
    this.source = source;
    this.overwrite = overwrite;
  }

  run(): void {
    for (const key of Object.keys(this.source)) this.entry(key, this.source[key]);
  }

  private set(key: string, value: unknown): void {
    const { target } = this;
    const element = elementOf(target);
    if (element !== 'interface {}' && element !== elementOf(this.source)) {
      const type = Array.isArray(value) ? typeName(value) : 'interface {}';
      const message = `value of type ${type} is not assignable to type ${element}`;
      throw new GoError(`reflect.Value.SetMapIndex: ${message}`);
    }
    if (key === '__proto__') {
      Object.defineProperty(target, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else target[key] = value;
  }

  private entry(key: string, value: unknown): void {
    const { target, overwrite } = this;
    if (isNil(value)) {
      if (overwrite) this.set(key, null);
      return;
    }
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isMap(value) && isMap(present)) {
      mergeInto(present, value, overwrite);
      if (!isEmptyValue(present)) return;
    }
    const isFree = isEmptyValue(present) || (isList(value) && Object.keys(target).length === 0);
    if (overwrite || isFree) this.set(key, value);
  }
}

/**
 * Mergo's merge of maps, in place: values are shared with the source. Without `overwrite` only what
 * is missing or empty in the target is taken; with it everything, save that an empty map clears nothing.
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean): GoMap {
  if (target === source) return target;
  new Merge(target, source, overwrite).run();
  return target;
}
