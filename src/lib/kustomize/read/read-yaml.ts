import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Scalar, YAMLMap } from 'yaml';
import { invalid, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parseDocuments } from '../../yaml/index.ts';
import { markBlank, setField } from '../resource/blank.ts';
import { resolveScalar } from './resolve-scalar.ts';

const oldBooleans = /(?:^|[\s:,[{-])(?:y|n|yes|no|on|off)[ \t]*(?:[,\]}#\r\n]|$)/im;
const datesOrLongNumbers = /\d{4}-\d\d?-\d\d?|\d{16}/;

/**
 * The documents of a text as kustomize reads objects: by the rules of go-yaml v3, empty ones left
 * out. Faults are those of the YAML room, with kustomize's word before them.
 *
 * Texts that mean the same to go-yaml v2 and v3 (nearly all) take the YAML room's fast way.
 */
export function readYaml(text: string): unknown[] {
  try {
    return parseDocuments(text).map((each) =>
      differs(each.text, each.value) ? readDocument(each.text) : each.value,
    );
  } catch (thrown) {
    throw invalid(`MalformedYAMLError: ${messageOf(thrown)}`);
  }
}

function differs(text: string, value: unknown): boolean {
  return oldBooleans.test(text) || datesOrLongNumbers.test(text) || hasNull(value);
}

function hasNull(value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.some(hasNull);
  return isRecord(value) && Object.values(value).some(hasNull);
}

function readDocument(text: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, version: '1.2' });
  const [fault] = document.errors;
  if (fault !== undefined) throw invalid(`yaml: ${fault.message}`);
  return valueOf(document.contents, document);
}

type Found = Node | null | undefined;

function valueOf(node: Found, document: Document): unknown {
  if (isAlias(node)) return valueOf(node.resolve(document), document);
  if (isSeq(node)) return node.items.map((item) => valueOf(item as Found, document));
  if (isMap(node)) return mapOf(node, document);
  return isScalar(node) ? scalarOf(node) : null;
}

function scalarOf(node: Scalar): unknown {
  const text = node.source ?? '';
  if (node.tag === '!!str' || node.tag === 'tag:yaml.org,2002:str') return node.value;
  return node.type === 'PLAIN' ? resolveScalar(text) : node.value;
}

function mapOf(map: YAMLMap, document: Document): JsonRecord {
  const out: JsonRecord = {};
  const merged = map.items.filter(({ key }) => isMergeKey(key));
  for (const { value } of merged) {
    for (const each of mergedMaps(value as Found, document)) fill(out, each);
  }
  for (const { key, value } of map.items) {
    if (isMergeKey(key)) continue;
    const name = isScalar(key) ? String(key.source ?? key.value) : '';
    const given = value as Found;
    setField(out, name, valueOf(given, document));
    if (isWrittenAsNothing(given)) markBlank(out, name);
  }
  return out;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

function isWrittenAsNothing(node: Found): boolean {
  return isScalar(node) && node.type === 'PLAIN' && (node.source ?? '') === '';
}

function mergedMaps(node: Found, document: Document): JsonRecord[] {
  const value = valueOf(node, document);
  return (Array.isArray(value) ? value : [value]).filter(isRecord);
}

function fill(out: JsonRecord, from: JsonRecord): void {
  for (const [key, value] of Object.entries(from)) {
    if (!Object.hasOwn(out, key)) setField(out, key, value);
  }
}
