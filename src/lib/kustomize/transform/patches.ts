import { invalid, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';
import { mergeObject } from '../merge/merge.ts';
import type { Patch } from '../read/kustomization.ts';
import { readObjects, readObjectsOf } from '../read/read-objects.ts';
import { setField } from '../resource/blank.ts';
import { apiVersionOf, idText } from '../resource/res-id.ts';
import { append, patchTarget } from '../resource/resource-list.ts';
import type { Resource } from '../resource/resource.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { decodeJsonPatch } from './json-patch-text.ts';
import { applyJsonOperations } from './json-patch.ts';
import { select } from './select.ts';

/** Takes `patchesStrategicMerge` in: objects in the file itself, or paths of files with them. */
export function loadStrategicPatches(tree: FileTree, texts: readonly string[]): Resource[] {
  return texts.flatMap((text) => inlineObjects(text) ?? readObjectsOf(text, tree.text(text)));
}

function inlineObjects(text: string): Resource[] | undefined {
  try {
    return readObjects(text);
  } catch {
    return undefined;
  }
}

/** Lays each patch over the one object that has its name. */
export function applyStrategicPatches(list: Resource[], patches: readonly Resource[]): void {
  for (const patch of patches) {
    const target = patchTarget(list, patch.originalId);
    patchSelected(list, [target], patch);
  }
}

/** What an entry of `patches` holds: one of the two is filled. */
export interface LoadedPatch {
  readonly entry: Patch;
  readonly source: string;
  readonly objects: readonly Resource[];
  readonly operations: readonly JsonRecord[];
}

export function loadPatch(tree: FileTree, entry: Patch): LoadedPatch {
  const patch = (entry.patch ?? '').trim();
  const path = entry.path ?? '';
  if (patch === '' && path === '') {
    throw invalid(`must specify one of patch and path in\n${shownEntry(entry)}`);
  }
  if (patch !== '' && path !== '') {
    throw invalid(`patch and path can't be set at the same time\n${shownEntry(entry)}`);
  }
  const text = patch === '' ? patchFile(tree, path) : patch;
  const source = patch === '' ? `[path: ${goQuoted(path)}]` : `[patch: ${goQuoted(text)}]`;
  return { entry, source, ...eitherKind(text, source, entry) };
}

function shownEntry({ path, patch, target }: Patch): string {
  const target_ = Object.entries(target ?? {}).map(
    ([key, value]) => `  ${key}: ${String(value)}\n`,
  );
  const lines = [
    patch === undefined || patch === '' ? '' : `patch: ${patch}\n`,
    path === undefined || path === '' ? '' : `path: ${path}\n`,
    target_.length === 0 ? '' : `target:\n${target_.toSorted().join('')}`,
  ].join('');
  return lines === '' ? '{}\n' : lines;
}

function patchFile(tree: FileTree, path: string): string {
  try {
    return tree.text(path);
  } catch (thrown) {
    throw invalid(`failed to get the patch file from path(${path}): ${messageOf(thrown)}`);
  }
}

/** Go's %q for texts without unusual characters. */
function goQuoted(text: string): string {
  return JSON.stringify(text);
}

function eitherKind(
  text: string,
  source: string,
  { options }: Patch,
): Pick<LoadedPatch, 'objects' | 'operations'> {
  const objects = attempt(() => readObjects(text));
  const operations = attempt(() => decodeJsonPatch(text));
  if ((objects.value?.length ?? 0) > 0 && (operations.value?.length ?? 0) > 0) {
    throw invalid(`illegally qualifies as both an SM and JSON patch: ${source}`);
  }
  if (objects.value === undefined && operations.value === undefined) {
    throw invalid(
      `unable to parse SM or JSON patch from ${source}: ${objects.fault}; ${operations.fault}`,
    );
  }
  for (const each of objects.value ?? []) {
    each.nameChangeAllowed = options?.allowNameChange === true;
    each.kindChangeAllowed = options?.allowKindChange === true;
  }
  return objects.value === undefined
    ? { objects: [], operations: operations.value ?? [] }
    : { objects: objects.value, operations: [] };
}

interface Attempt<T> {
  readonly value?: T;
  readonly fault?: string;
}

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (thrown) {
    return { fault: messageOf(thrown) };
  }
}

/** Does what one entry of `patches` asks for. */
export function applyPatch(list: Resource[], patch: LoadedPatch): void {
  if (patch.objects.length > 0) applyObjects(list, patch);
  else if (patch.operations.length > 0) applyOperations(list, patch);
}

function applyObjects(list: Resource[], { entry, objects, source }: LoadedPatch): void {
  const { target } = entry;
  if (target === undefined) {
    for (const each of objects) patchOne(foundTarget(list, each), each.copy());
    return;
  }
  const [first] = objects;
  if (first === undefined) return;
  if (objects.length > 1) {
    throw invalid(
      `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
    );
  }
  patchSelected(list, select(list, target), first);
}

function foundTarget(list: readonly Resource[], patch: Resource): Resource {
  const id = patch.originalId;
  try {
    return patchTarget(list, id);
  } catch (thrown) {
    throw invalid(
      `no resource matches strategic merge patch ${goQuoted(idText(id))}: ${messageOf(thrown)}`,
    );
  }
}

/** Patches some objects of a list; those that are emptied leave it, and ids must stay unique. */
function patchSelected(list: Resource[], selected: readonly Resource[], patch: Resource): void {
  const all = [...list];
  list.length = 0;
  for (const each of all) {
    if (selected.includes(each)) patchOne(each, forTarget(patch, each));
    if (!each.isEmpty) append(list, each);
  }
}

/** The patch in the words of its target: apiVersion from there, texts for labels and annotations. */
function forTarget(patch: Resource, target: Resource): Resource {
  const copy = patch.copy();
  for (const field of ['labels', 'annotations'] as const) {
    copy.setMetaMap(field, copy.metaMap(field));
  }
  copy.namespace = patch.namespace;
  setField(copy.object, 'apiVersion', apiVersionOf(target.gvk));
  return copy;
}

function patchOne(target: Resource, patch: Resource): void {
  const { name, namespace, kind } = target;
  if (patch.nameChangeAllowed || patch.kindChangeAllowed) target.rememberId();
  target.object = mergeObject(target.object, patch.object) ?? {};
  if (target.isEmpty) return;
  if (!patch.kindChangeAllowed) setField(target.object, 'kind', kind);
  if (!patch.nameChangeAllowed) target.name = name;
  target.namespace = namespace;
}

function applyOperations(list: Resource[], { entry, operations, source }: LoadedPatch): void {
  if (entry.target === undefined) {
    throw invalid(`must specify a target for JSON patch ${source}`);
  }
  for (const each of select(list, entry.target)) {
    each.rememberId();
    operate(each, operations);
  }
}

function operate(resource: Resource, operations: readonly JsonRecord[]): void {
  applyJsonOperations(resource.object, operations);
  // Annotations are read and written back as texts, which drops an empty map.
  resource.setMetaMap('annotations', resource.metaMap('annotations'));
}

/** The operations of an entry of `patchesJson6902`. */
export function loadJsonPatch(tree: FileTree, entry: Patch): LoadedPatch {
  const { target, path = '', patch = '' } = entry;
  if (target?.name === undefined || target.name === '') {
    throw invalid('must specify the target name');
  }
  if (path === '' && patch === '') throw invalid('empty file path and empty jsonOp');
  if (path !== '' && patch !== '') throw invalid('must specify a file path or jsonOp, not both');
  const text = path === '' ? patch : tree.text(path);
  if (text === '') throw invalid(`patch file '${path}' empty seems to be empty`);
  const operations = decodeJsonPatch(text);
  if (operations.length === 0) {
    throw invalid(`patch appears to be empty; file=${path}, JsonOp=${JSON.stringify(parse(text))}`);
  }
  return { entry, source: text, objects: [], operations };
}

/** Does what `patchesJson6902` ask for: as `patches`, but the objects' old names are not kept. */
export function applyJsonPatch(
  list: readonly Resource[],
  { entry, operations }: LoadedPatch,
): void {
  for (const each of select(list, entry.target ?? {})) operate(each, operations);
}
