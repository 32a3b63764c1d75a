import type { Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { invalid } from '../../base/index.ts';
import { formatInFlow, formatScalar, type Value } from './edit-scalar.ts';
import { isMap, isPair, isScalar, isSeq } from './yaml-package.ts';

/** A piece of the text and what takes its place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Insertion {
  readonly rest: readonly (string | number)[];
  readonly value: Value;
  /** The whole path, for errors. */
  readonly where: string;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** The start of the line after the one `at` stands on. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function startOf(item: unknown): number {
  const node = isPair(item) ? (item.key as Node) : (item as Node);
  return node.range![0];
}

/** Where the content of an item ends: after its value, before comments and blank lines that follow. */
function endOf(item: unknown): number {
  if (!isPair(item)) return contentEnd(item as Node);
  const value = item.value as Node | null;
  return value?.range
    ? Math.max(contentEnd(value), (item.key as Node).range![1])
    : (item.key as Node).range![1];
}

function contentEnd(node: Node): number {
  const last: unknown = isMap(node) || isSeq(node) ? node.items.at(-1) : undefined;
  if (last !== undefined && !(node as YAMLMap).flow) return endOf(last);
  return node.range![1];
}

/** The end of the lines an item takes, with the comment that stands on its last one. */
function lastLineEnd(text: string, item: unknown): number {
  const end = endOf(item);
  return end > 0 && text[end - 1] === '\n' ? end : lineEnd(text, end);
}

function nested(insertion: Insertion, indent: number, newline: string): string {
  const [step, ...deeper] = insertion.rest;
  const pad = ' '.repeat(indent);
  const head =
    typeof step === 'number' ? `${pad}-` : `${pad}${formatScalar(String(step), undefined)}:`;
  if (typeof step === 'number' && step !== 0 && deeper.length > 0) {
    throw invalid(`cannot edit ${insertion.where}: the list has no item ${step}`);
  }
  if (deeper.length === 0) return `${head} ${formatScalar(insertion.value, undefined)}${newline}`;
  return `${head}${newline}${nested({ ...insertion, rest: deeper }, indent + 2, newline)}`;
}

function flowText(insertion: Insertion, isList: boolean): string {
  const [step, ...deeper] = insertion.rest;
  const value =
    deeper.length === 0
      ? formatInFlow(insertion.value)
      : `{${flowText({ ...insertion, rest: deeper }, false)}}`;
  return isList ? value : `${formatInFlow(String(step))}: ${value}`;
}

function insertInFlow(node: YAMLMap | YAMLSeq, insertion: Insertion): Splice {
  const end = node.range![1] - 1;
  const entry = flowText(insertion, isSeq(node));
  const last: unknown = node.items.at(-1);
  if (last === undefined) return { start: end, end, text: entry };
  const at = endOf(last);
  return { start: at, end: at, text: `, ${entry}` };
}

function insertInBlock(text: string, node: YAMLMap | YAMLSeq, insertion: Insertion): Splice {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const first = startOf(node.items[0]);
  const dash = isSeq(node) ? text.lastIndexOf('-', first - 1) : first;
  const indent = dash - lineStart(text, dash);
  const at = lastLineEnd(text, node.items.at(-1));
  const needsNewline = at > 0 && text[at - 1] !== '\n';
  const entry = nested(insertion, indent, newline);
  return { start: at, end: at, text: needsNewline ? newline + entry.trimEnd() : entry };
}

/** An empty value (`key:`) that gets children: they go on the lines below its key. */
function fillEmpty(text: string, pair: Pair, insertion: Insertion): Splice {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const key = pair.key as Scalar;
  const indent = key.range![0] - lineStart(text, key.range![0]) + 2;
  const at = lineEnd(text, key.range![1]);
  const needsNewline = text[at - 1] !== '\n';
  return {
    start: at,
    end: at,
    text: (needsNewline ? newline : '') + nested(insertion, indent, newline),
  };
}

/** Puts what is left of a path under the innermost node that exists. */
export function insertEntry(
  text: string,
  found: { node: unknown; pair: Pair | undefined },
  insertion: Insertion,
): Splice {
  const { node, pair } = found;
  if (isMap(node) || isSeq(node)) {
    const step = insertion.rest[0];
    if (isSeq(node) && step !== node.items.length) {
      throw invalid(`cannot edit ${insertion.where}: the list has no item ${step}`);
    }
    const isBlock = node.flow !== true && node.items.length > 0;
    return isBlock ? insertInBlock(text, node, insertion) : insertInFlow(node, insertion);
  }
  const isEmpty = node === null || (isScalar(node) && node.value === null);
  if (isEmpty && pair !== undefined) return fillEmpty(text, pair, insertion);
  if (isEmpty) return { start: text.length, end: text.length, text: nested(insertion, 0, '\n') };
  throw invalid(`cannot edit ${insertion.where}: a part of the path is a single value`);
}

/** Takes an item of a map or list out, with its lines; a collection that becomes empty is written `{}` or `[]`. */
export function removeEntry(text: string, parent: YAMLMap | YAMLSeq, item: unknown): Splice {
  const items = parent.items as unknown[];
  const index = items.indexOf(item);
  if (items.length === 1) {
    const [start] = parent.range!;
    return { start, end: contentEnd(parent), text: isSeq(parent) ? '[]' : '{}' };
  }
  const next = items[index + 1];
  if (parent.flow === true) {
    if (next !== undefined) return { start: startOf(item), end: startOf(next), text: '' };
    return { start: endOf(items[index - 1]), end: endOf(item), text: '' };
  }
  const from = lineStart(text, startOf(item));
  const isFirstOnLine = text.slice(from, startOf(item)).trim() === '' || isSeq(parent);
  if (!isFirstOnLine) return { start: startOf(item), end: startOf(next), text: '' };
  return { start: from, end: lastLineEnd(text, item), text: '' };
}
