import { invalid, isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse, stringify } from '../../yaml/index.ts';
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
  return configured('PatchStrategicMergeTransformer', { paths: texts }, () =>
    texts.flatMap((text) => inlineObjects(text) ?? readObjectsOf(text, tree.text(text))),
  );
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
  return configured('PatchTransformer', entry, () => {
    const { text, source } = patchText(tree, entry);
    return { entry, source, ...eitherKind(text, source, entry) };
  });
}

function patchText(tree: FileTree, entry: Patch): { text: string; source: string } {
  const patch = (entry.patch ?? '').trim();
  const path = entry.path ?? '';
  const shown = stringify(withoutEmpty(entry));
  if (patch === '' && path === '') throw invalid(`must specify one of patch and path in\n${shown}`);
  if (patch !== '' && path !== '') {
    throw invalid(`patch and path can't be set at the same time\n${shown}`);
  }
  if (patch !== '') return { text: patch, source: `[patch: ${goQuoted(patch)}]` };
  return { text: patchFile(tree, path), source: `[path: ${goQuoted(path)}]` };
}

/** Tells a fault in the words kustomize has for one of its parts that cannot be set up. */
function configured<T>(part: string, config: object, load: () => T): T {
  try {
    return load();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const shown = stringify(withoutEmpty(config));
    const where = thrown.where === undefined ? {} : { where: thrown.where };
    const message = `trouble configuring builtin ${part} with config: \`\n${shown}\`: ${thrown.message}`;
    throw new KnownError(thrown.code, message, { cause: thrown, ...where });
  }
}

function withoutEmpty(config: object): unknown {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''));
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
  if (hasAny(objects) && hasAny(operations)) {
    throw invalid(`illegally qualifies as both an SM and JSON patch: ${source}`);
  }
  if (objects === undefined && operations === undefined) {
    throw invalid(`unable to parse SM or JSON patch from ${source}`);
  }
  for (const each of objects ?? []) {
    each.nameChangeAllowed = options?.allowNameChange === true;
    each.kindChangeAllowed = options?.allowKindChange === true;
  }
  return objects === undefined
    ? { objects: [], operations: operations ?? [] }
    : { objects, operations: [] };
}

function hasAny(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof KnownError) return undefined;
    throw thrown;
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
  resource.object = withFloats(resource.object) as JsonRecord;
  // Annotations are read and written back as texts, which drops an empty map.
  resource.setMetaMap('annotations', resource.metaMap('annotations'));
}

/** An object that went through Go's JSON holds float64 in place of whole numbers beyond 2^53. */
function withFloats(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withFloats);
  if (!isRecord(value)) return value;
  const out: JsonRecord = {};
  for (const [key, each] of Object.entries(value)) setField(out, key, withFloats(each));
  return out;
}

/** The operations of an entry of `patchesJson6902`. */
export function loadJsonPatch(tree: FileTree, entry: Patch): LoadedPatch {
  const { target, path = '', patch = '' } = entry;
  return configured('PatchJson6902Transformer', { jsonOp: patch, path, target }, () => {
    if ((target?.name ?? '') === '') throw invalid('must specify the target name');
    const text = operationsText(tree, path, patch);
    const operations = decodeJsonPatch(text);
    if (operations.length > 0) return { entry, source: text, objects: [], operations };
    throw invalid(`patch appears to be empty; file=${path}, JsonOp=${JSON.stringify(parse(text))}`);
  });
}

function operationsText(tree: FileTree, path: string, patch: string): string {
  if (path === '' && patch === '') throw invalid('empty file path and empty jsonOp');
  if (path !== '' && patch !== '') throw invalid('must specify a file path or jsonOp, not both');
  const text = path === '' ? patch : tree.text(path);
  if (text === '') throw invalid(`patch file '${path}' empty seems to be empty`);
  return text;
}

/** Does what `patchesJson6902` ask for: as `patches`, but the objects' old names are not kept. */
export function applyJsonPatch(
  list: readonly Resource[],
  { entry, operations }: LoadedPatch,
): void {
  for (const each of select(list, entry.target ?? {})) operate(each, operations);
}
