import { invalid, isRecord, KnownError } from '../../../base/index.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import { setField } from '../resource/blank.ts';
import { gvkText, isSelected } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';

/** A field that was found: its value, and a way to give it another. */
export interface Place {
  readonly value: unknown;
  set(value: unknown): void;
}

/** What is made where a field is missing. */
export type Created = 'map' | 'text' | undefined;

interface Walk {
  readonly spec: FieldSpec;
  readonly created: Created;
  readonly visit: (place: Place) => void;
}

/**
 * Finds a field in an object of the right kind, in each item of the lists on its way, and hands every
 * place to `visit`. Missing maps on the way are made when the spec says so and `created` is given.
 */
export function applyFieldSpec(
  resource: Resource,
  spec: FieldSpec,
  visit: (place: Place) => void,
  created?: Created,
): void {
  if (!isSelected(resource.gvk, spec)) return;
  const root: Place = { value: resource.object, set: () => undefined };
  try {
    walk(root, splitPath(spec.path, '/'), { spec, created, visit });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    // An id made of the fields alone: kustomize forgets the namespace's default here.
    const id = `${gvkText(resource.gvk)}/${resource.name || '[noName]'}.${resource.namespace || '[noNs]'}`;
    throw invalid(`considering field '${spec.path}' of object ${id}: ${thrown.message}`);
  }
}

/** Cuts a path; a `\` before the mark keeps it. */
export function splitPath(path: string, mark: string): string[] {
  const parts = path.split(mark);
  if (parts.length > 1 && parts[0] === '') parts.shift();
  const out: string[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.endsWith('\\')) out[out.length - 1] = last.slice(0, -1) + mark + part;
    else out.push(part);
  }
  return out;
}

function walk(place: Place, path: readonly string[], how: Walk): void {
  if (path.length === 0) {
    how.visit(place);
    return;
  }
  const { value } = place;
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    walkItems(value, path, how);
    return;
  }
  if (!isRecord(value)) throw invalid('expected sequence or mapping node');
  walkField(value, path, how);
}

function walkItems(list: unknown[], path: readonly string[], how: Walk): void {
  for (const at of list.keys()) {
    try {
      walk({ value: list[at], set: (value) => (list[at] = value) }, path, how);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      throw invalid(`visit traversal on path: [${path.join(' ')}]: ${thrown.message}`);
    }
  }
}

function walkField(map: Record<string, unknown>, path: readonly string[], how: Walk): void {
  const [part = '', ...rest] = path;
  const name = part.replace(/\[\]$/, '');
  if (name === '') throw invalid('cannot set or create an empty field name');
  const made = madeFor(part, rest, how);
  const missing = !Object.hasOwn(map, name);
  if (missing && (made === undefined || part !== name)) return;
  if ((missing || map[name] === null) && made !== undefined) setField(map, name, made);
  walk({ value: map[name], set: (value) => setField(map, name, value) }, rest, how);
}

function madeFor(part: string, rest: readonly string[], { spec, created }: Walk): unknown {
  if (part.endsWith('[]')) return [];
  if (!spec.create || created === undefined) return undefined;
  return rest.length > 0 || created === 'map' ? {} : '';
}
