import type { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { invalid } from '../../base/index.ts';
import { formatScalar, type Value } from './edit-scalar.ts';
import { insertEntry, removeEntry, type Splice } from './edit-splice.ts';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from './yaml-package.ts';

/** One change: the value at `path` of the document with that number (from 0); `undefined` removes the key. */
export interface Edit {
  /** Counts every document of the text, empty ones as well. */
  readonly document: number;
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean | undefined;
}

interface Found {
  /** The innermost node of the path that exists. */
  readonly node: unknown;
  /** The pair whose value `node` is, when it stands in a map. */
  readonly pair: Pair | undefined;
  readonly parent: unknown;
  /** What is left of the path below `node`. */
  readonly rest: readonly (string | number)[];
}

function child(node: unknown, step: string | number): { node: unknown; pair?: Pair } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) =>
        isScalar(item.key) &&
        String((item.key as Scalar).source ?? item.key.value) === String(step),
    );
    return pair === undefined ? undefined : { node: pair.value, pair };
  }
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
    return { node: node.items[step] };
  }
  return undefined;
}

function find(document: Document, path: readonly (string | number)[]): Found {
  let found: Found = { node: document.contents, pair: undefined, parent: undefined, rest: path };
  for (let i = 0; i < path.length; i++) {
    const next = child(found.node, path[i]!);
    if (next === undefined) return found;
    found = { node: next.node, pair: next.pair, parent: found.node, rest: path.slice(i + 1) };
  }
  return found;
}

function replaceScalar(text: string, found: Found, value: Value): Splice {
  const node = found.node as Scalar;
  const [start, end] = node.range!;
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  if (isBlock) return { start, end, text: `${formatScalar(value, undefined)}\n` };
  if (start === end)
    return {
      start: afterColon(text, found),
      end: start,
      text: ` ${formatScalar(value, undefined)}`,
    };
  return { start, end, text: formatScalar(value, node.type) };
}

/** Where the value of an empty `key:` belongs: directly after its colon. */
function afterColon(text: string, found: Found): number {
  const key = found.pair?.key as Scalar | undefined;
  if (key?.range === undefined || key.range === null) return (found.node as Scalar).range![0];
  return text.indexOf(':', key.range[1]) + 1;
}

function spliceFor(text: string, document: Document, edit: Edit): Splice | undefined {
  const found = find(document, edit.path);
  const where = edit.path.join('.');
  if (edit.value === undefined) {
    if (found.rest.length > 0) return undefined;
    return removeEntry(text, found.parent as YAMLMap | YAMLSeq, found.pair ?? found.node);
  }
  if (found.rest.length > 0) {
    return insertEntry(text, found, { rest: found.rest, value: edit.value, where });
  }
  if (isAlias(found.node)) throw invalid(`cannot edit ${where}: it is an alias; edit its anchor`);
  if (!isScalar(found.node)) throw invalid(`cannot edit ${where}: it is not a single value`);
  return replaceScalar(text, found, edit.value);
}

function apply(text: string, edit: Edit): string {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: false });
  const document = Array.isArray(documents) ? documents[edit.document] : undefined;
  if (document === undefined) throw invalid(`there is no document ${edit.document} to edit`);
  const [error] = document.errors;
  if (error !== undefined) throw invalid(`cannot edit: ${error.message}`);
  const splice = spliceFor(text, document as Document, edit);
  if (splice === undefined) return text;
  return text.slice(0, splice.start) + splice.text + text.slice(splice.end);
}

/**
 * The text with only those values changed: every other byte, comment, quote and order stays. A
 * missing map key is put after its siblings, with the maps above it; the index just after a list's
 * last one appends. `undefined` removes a key or item, and is no change where there is none.
 * Throws a `KnownError('invalid')` when a path leads to a map, a list or an alias.
 */
export function edit(text: string, edits: readonly Edit[]): string {
  return edits.reduce(apply, text);
}
