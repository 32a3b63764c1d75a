import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Scalar, YAMLMap } from 'yaml';
import { invalid, isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse, parseDocuments } from '../../yaml/index.ts';
import { markBlank, setField } from '../resource/blank.ts';
import { resolveScalar } from './resolve-scalar.ts';

const oldBooleans = /(?:^|[\s:,[{-])(?:y|n|yes|no|on|off)[ \t]*(?:[,:\]}#\r\n]|$)/im;
const otherKeys = /(?:^|[\s,{])(?:[-+.\d][-+.\w]*|true|false|null|~)[ \t]*:(?:\s|$)/im;
const datesOrLongNumbers = /!!|\d{4}-\d\d?-\d\d?|\d{16}/;

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
    const message = messageOf(thrown);
    if (message.startsWith('json: ')) throw thrown;
    const where = thrown instanceof KnownError ? thrown.where : undefined;
    throw invalid(`MalformedYAMLError: ${faultOfDocument(text) ?? message}`, where);
  }
}

/** The fault as kustomize tells it: with lines counted from the start of the document. */
function faultOfDocument(text: string): string | undefined {
  for (const piece of text.split(/^---.*$/m)) {
    try {
      parse(piece.trimEnd().replace(/^\r?\n/, ''));
    } catch (thrown) {
      return messageOf(thrown);
    }
  }
  return undefined;
}

function differs(text: string, value: unknown): boolean {
  return (
    oldBooleans.test(text) ||
    datesOrLongNumbers.test(text) ||
    otherKeys.test(text) ||
    hasNull(value)
  );
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
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  if (tag === '!!binary') return Buffer.from(node.source ?? '', 'base64').toString('utf8');
  if (tag === '!!str' || node.type !== 'PLAIN') return String(node.value);
  return resolveScalar(node.source ?? '');
}

function mapOf(map: YAMLMap, document: Document): JsonRecord {
  const out: JsonRecord = {};
  const merged = map.items.filter(({ key }) => isMergeKey(key));
  for (const { value } of merged) {
    for (const each of mergedMaps(value as Found, document)) fill(out, each);
  }
  for (const { key, value } of map.items) {
    if (isMergeKey(key)) continue;
    const name = keyOf(key);
    const given = value as Found;
    setField(out, name, valueOf(given, document));
    if (isWrittenAsNothing(given)) markBlank(out, name);
  }
  return out;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

/** Go's JSON knows no keys but texts. */
function keyOf(key: unknown): string {
  const value = isScalar(key) ? scalarOf(key) : undefined;
  if (typeof value === 'string') return value;
  const text = isScalar(key) ? String(key.source) : 'a map or list';
  throw invalid(
    `json: unsupported type: map[interface {}]interface {}: the key ${text} is no text; put it in quotes`,
  );
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
