import type { KubeObject } from '../../../base/index.ts';
import type { FileEdit } from '../../manifest/index.ts';

/** An object with edits of single values made in it, as they would be made in its file. */
export function editedObject(
  object: KubeObject,
  edits: ReadonlyArray<Pick<FileEdit, 'path' | 'value'>>,
): KubeObject {
  return edits.reduce((sum, { path, value }) => set(sum, path, value) as KubeObject, object);
}

function set(at: unknown, path: FileEdit['path'], value: string | undefined): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(at) ? [...(at as unknown[])] : [];
    list[key] = set(list[key], rest, value);
    return list;
  }
  const map = typeof at === 'object' && at !== null ? { ...(at as Record<string, unknown>) } : {};
  if (rest.length === 0 && value === undefined) delete map[key];
  else if (value !== undefined || key in map) map[key] = set(map[key], rest, value);
  return map;
}
