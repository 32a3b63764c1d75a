import { invalid, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { deepEqual } from '../../schema/index.ts';
import { cloneData, setField } from '../resource/blank.ts';

type Holder = unknown[] | JsonRecord;

/**
 * Applies JSON patch operations in place, by the rules and with the words of the library that
 * kustomize uses: what is to be removed must be there, negative places count from the
 * end. Whole-document paths are only good for tests.
 */
export function applyJsonOperations(object: JsonRecord, operations: readonly JsonRecord[]): void {
  for (const operation of operations) apply(object, operation);
}

function apply(object: JsonRecord, operation: JsonRecord): void {
  const verb = textOf(operation['op']);
  const path = textOf(operation['path']);
  const value = cloneData(operation['value'] ?? null);
  switch (verb) {
    case 'add':
      add(object, path, value);
      return;
    case 'remove':
      remove(object, path);
      return;
    case 'replace':
      replace(object, path, value);
      return;
    case 'test':
      test(object, path, value);
      return;
    case 'move':
    case 'copy':
      take(object, verb, operation);
      return;
    default:
      throw invalid(`Unexpected kind: ${verb === '' ? 'unknown' : verb}`);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Spot {
  readonly holder: Holder | undefined;
  readonly key: string;
}

function spotOf(object: JsonRecord, path: string): Spot {
  const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = parts.at(-1) ?? '';
  if (parts.length < 2) return { holder: undefined, key };
  let holder: Holder | undefined = object;
  for (const part of parts.slice(1, -1)) {
    const next: unknown = holder === undefined ? undefined : valueAt(holder, part);
    holder = Array.isArray(next) || isRecord(next) ? next : undefined;
  }
  return { holder, key };
}

function valueAt(holder: Holder, key: string): unknown {
  if (!Array.isArray(holder)) return Object.hasOwn(holder, key) ? holder[key] : undefined;
  return holder[indexOf(key, holder.length, holder.length)];
}

function indexOf(key: string, count: number, limit: number): number {
  if (!/^[+-]?\d+$/.test(key)) {
    throw invalid(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  }
  const at = Number(key);
  if (at >= limit || at < -count) {
    throw invalid(`Unable to access invalid index: ${at}: invalid index referenced`);
  }
  return at < 0 ? at + count : at;
}

function add(object: JsonRecord, path: string, value: unknown): void {
  const { holder, key } = spotOf(object, path);
  if (holder === undefined) {
    throw invalid(`add operation does not apply: doc is missing path: "${path}": missing value`);
  }
  told(`error in add for path: '${path}'`, () => {
    if (!Array.isArray(holder)) setField(holder, key, value);
    else if (key === '-') holder.push(value);
    else holder.splice(indexOf(key, holder.length + 1, holder.length + 1), 0, value);
  });
}

function remove(object: JsonRecord, path: string): void {
  const { holder, key } = spotOf(object, path);
  if (holder === undefined) {
    throw invalid(`remove operation does not apply: doc is missing path: "${path}": missing value`);
  }
  told(`error in remove for path: '${path}'`, () => {
    if (Array.isArray(holder)) holder.splice(indexOf(key, holder.length, holder.length), 1);
    else if (Object.hasOwn(holder, key)) Reflect.deleteProperty(holder, key);
    else throw invalid(`Unable to remove nonexistent key: ${key}: missing value`);
  });
}

function replace(object: JsonRecord, path: string, value: unknown): void {
  const { holder, key } = spotOf(object, path);
  if (holder === undefined) {
    throw invalid(`replace operation does not apply: doc is missing path: ${path}: missing value`);
  }
  if (!Array.isArray(holder)) {
    setField(holder, key, value);
    return;
  }
  const at = attemptIndex(key, holder.length);
  if (at === undefined) {
    throw invalid(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  }
  holder[at] = value;
}

function attemptIndex(key: string, count: number): number | undefined {
  try {
    return indexOf(key, count, count);
  } catch {
    return undefined;
  }
}

function test(object: JsonRecord, path: string, value: unknown): void {
  const failed = (): Error => invalid(`testing value ${path} failed: test failed`);
  if (path === '') {
    if (!deepEqual(object, value)) throw failed();
    return;
  }
  const { holder, key } = spotOf(object, path);
  if (holder === undefined) {
    throw invalid(`test operation does not apply: is missing path: ${path}: missing value`);
  }
  const found = valueAt(holder, key);
  if (!deepEqual(found ?? null, value)) throw failed();
}

function take(object: JsonRecord, verb: 'move' | 'copy', operation: JsonRecord): void {
  const from = textOf(operation['from']);
  const path = textOf(operation['path']);
  const { holder, key } = spotOf(object, from);
  if (holder === undefined) {
    throw invalid(
      `${verb} operation does not apply: doc is missing from path: ${from}: missing value`,
    );
  }
  const value = told(`error in ${verb} for path: '${key}'`, () => cloneData(valueAt(holder, key)));
  if (verb === 'move') remove(object, from);
  add(object, path, value ?? null);
}

function told<T>(start: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw invalid(`${start}: ${messageOf(thrown)}`);
  }
}
