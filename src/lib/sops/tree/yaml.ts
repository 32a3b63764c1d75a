import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Scalar as YamlScalar } from 'yaml';
import { KnownError } from '../../../base/index.ts';
import { floatText } from './tree.ts';
import type { Node, Scalar, SopsFile } from './tree.ts';

const maxNodes = 1_000_000;

/** Reads a YAML file of one or more documents; the metadata of the first counts. */
export function readYaml(text: string, file: string): SopsFile {
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'failsafe',
    uniqueKeys: true,
  });
  if (!Array.isArray(documents)) return { documents: [], metadata: undefined };
  const trees: Node[] = [];
  let metadata: unknown;
  for (const document of documents as Document[]) {
    const [error] = document.errors;
    // The parser's own words quote the text, which may be half encrypted: only the place is told.
    if (error !== undefined) throw unreadable(file, error.linePos?.[0].line);
    const reader = new Reader(document, file);
    const { node, sops } = reader.read();
    metadata ??= sops;
    trees.push(node);
  }
  return { documents: trees, metadata };
}

function unreadable(file: string, line: number | undefined): KnownError {
  const at = line === undefined ? '' : `:${line}`;
  return new KnownError('invalid', `${file}${at}: the encrypted file is no valid YAML`);
}

/** Reads one document. Aliases are followed, within a budget. */
class Reader {
  readonly #document: Document;
  readonly #file: string;
  #nodes = 0;

  constructor(document: Document, file: string) {
    this.#document = document;
    this.#file = file;
  }

  read(): { readonly node: Node; readonly sops: unknown } {
    const { contents } = this.#document;
    if (contents === null || (isScalar(contents) && contents.source === '')) {
      return { node: { is: 'map', entries: [] }, sops: undefined };
    }
    const node = this.#nodeOf(contents);
    if (node.is !== 'map') {
      throw new KnownError('invalid', `${this.#file}: a document is not a map of fields`);
    }
    const sops = node.entries.find(([key]) => key === 'sops')?.[1];
    const entries = node.entries.filter(([key]) => key !== 'sops');
    return { node: { is: 'map', entries }, sops: sops && dataOf(sops) };
  }

  #nodeOf(value: unknown): Node {
    this.#nodes += 1;
    if (this.#nodes > maxNodes) {
      throw new KnownError('too-large', `${this.#file}: more than ${maxNodes} values`);
    }
    if (isAlias(value)) return this.#nodeOf(value.resolve(this.#document));
    if (isSeq(value)) return { is: 'list', items: value.items.map((item) => this.#nodeOf(item)) };
    if (isMap(value)) {
      const entries = value.items.map(({ key, value: each }) => {
        const name = isScalar(key) ? String(key.value ?? '') : '';
        return [name, this.#nodeOf(each)] as const;
      });
      return { is: 'map', entries };
    }
    return { is: 'scalar', scalar: isScalar(value) ? scalarOf(value) : { type: 'null' } };
  }
}

function dataOf(node: Node): unknown {
  if (node.is === 'list') return node.items.map(dataOf);
  if (node.is === 'map')
    return Object.fromEntries(node.entries.map(([key, each]) => [key, dataOf(each)]));
  const { scalar } = node;
  if (scalar.type === 'null') return null;
  if (scalar.type === 'bool') return scalar.isTrue;
  return scalar.text;
}

const integer = /^[-+]?(0|[1-9][0-9_]*|0[0-7_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const day = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const moment =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|\s+)(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?\s*(Z|[-+]\d{2}:\d{2})?$/;

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, Scalar] => [word, { type: 'null' }]),
  ...['true', 'True', 'TRUE'].map((word): [string, Scalar] => [
    word,
    { type: 'bool', isTrue: true },
  ]),
  ...['false', 'False', 'FALSE'].map((word): [string, Scalar] => [
    word,
    { type: 'bool', isTrue: false },
  ]),
]);

/** A scalar as Go's YAML library (version 3) takes it. */
function scalarOf(scalar: YamlScalar): Scalar {
  const text = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
  const isText = scalar.type !== 'PLAIN' || scalar.tag === 'tag:yaml.org,2002:str';
  if (isText) return { type: 'str', text };
  const canonical = canonicalTime(text);
  if (canonical !== undefined) return { type: 'time', text, canonical };
  return words.get(text) ?? numberOf(text) ?? { type: 'str', text };
}

function numberOf(text: string): Scalar | undefined {
  const plain = text.replaceAll('_', '');
  if (integer.test(text)) return { type: 'int', text: integerText(plain) };
  if (float.test(plain)) return { type: 'float', text: floatText(Number(plain)) };
  const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text);
  if (infinite !== null) return { type: 'float', text: infinite[1] === '-' ? '-Inf' : '+Inf' };
  return /^\.(nan|NaN|NAN)$/.test(text) ? { type: 'float', text: 'NaN' } : undefined;
}

function integerText(text: string): string {
  const isNegative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
  return (isNegative ? -value : value).toString();
}

/** RFC 3339 as Go writes it; undefined for what is no time. */
function canonicalTime(text: string): string | undefined {
  const two = (digits: string | undefined): string => (digits ?? '0').padStart(2, '0');
  const date = day.exec(text);
  if (date !== null) return `${date[1]}-${two(date[2])}-${two(date[3])}T00:00:00Z`;
  const found = moment.exec(text);
  if (found === null) return undefined;
  const [, year, month, dayOf, hour, minute, second, fraction = '', zone = 'Z'] = found;
  const rest = fraction.replace(/\.?0+$/, '');
  const offset = /^[-+]00:00$/.test(zone) ? 'Z' : zone;
  return `${year}-${two(month)}-${two(dayOf)}T${two(hour)}:${two(minute)}:${two(second)}${rest}${offset}`;
}
