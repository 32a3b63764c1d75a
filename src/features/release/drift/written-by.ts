import { isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';

interface Entry {
  readonly manager: string;
  readonly time: string;
  readonly subresource: string;
  readonly fields: unknown;
}

/** Who wrote a field, by the object's managed fields: the latest one that is not Helm. */
export function managerOf(
  live: KubeObject,
  path: string,
): { readonly manager: string; readonly subresource: string } | undefined {
  const steps = stepsOf(path);
  const entries = entriesOf(live).filter(({ fields }) => holds(fields, live, steps));
  return entries.find(({ manager }) => manager !== 'helm') ?? entries[0];
}

/** The latest first. */
function entriesOf(live: KubeObject): Entry[] {
  return (live.metadata.managedFields ?? [])
    .map((entry) => ({
      manager: String(entry['manager'] ?? ''),
      time: String(entry['time'] ?? ''),
      subresource: String(entry['subresource'] ?? ''),
      fields: entry['fieldsV1'],
    }))
    .toSorted((a, b) => (a.time < b.time ? 1 : -1));
}

/** `spec.ports[0]["a.b"]` taken apart. */
function stepsOf(path: string): ReadonlyArray<string | number> {
  const found = path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g);
  return [...found].map(([, quoted, index, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  );
}

/** Whether a tree of owned fields reaches the field; a leaf above it owns all that is below. */
function holds(fields: unknown, value: unknown, steps: ReadonlyArray<string | number>): boolean {
  if (!isRecord(fields)) return false;
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  const names = Object.keys(fields).filter((name) => name !== '.');
  if (names.length === 0) return true;
  if (typeof step === 'string') {
    const inner = isRecord(value) ? value[step] : undefined;
    return Object.hasOwn(fields, `f:${step}`) && holds(fields[`f:${step}`], inner, rest);
  }
  const item: unknown = Array.isArray(value) ? value[step] : undefined;
  const name = names.find((each) => isKeyOf(each, item));
  return name !== undefined && holds(fields[name], item, rest);
}

/** `k:{"name":"web"}` names the item of a list by its keys, `v:"x"` by its value. */
function isKeyOf(name: string, item: unknown): boolean {
  const text = name.slice(2);
  if (name.startsWith('v:')) return JSON.stringify(item) === text;
  if (!name.startsWith('k:') || !isRecord(item)) return false;
  const keys: unknown = JSON.parse(text);
  return isRecord(keys) && Object.entries(keys).every(([key, value]) => item[key] === value);
}
