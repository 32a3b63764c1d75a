import { formatFloat } from '../../../format/index.ts';
import { GoError } from '../../../template-error.ts';
import {
  checkNesting,
  GoComplex,
  GoNumber,
  HostObject,
  isList,
  isMap,
  isTypedNil,
  itemsOf,
  sortText,
} from '../../../value/index.ts';
import { formatTime } from '../../date/layout.ts';
import { momentOf } from '../../date/time.ts';

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function quoted(text: string): string {
  const body = text.replaceAll(/["\\\x00-\x1f\x7f]/g, (char) => {
    return named[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${body}"`;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const text = formatFloat(value, 'g', -1);
  return /[e.]/.test(text) ? text : `${text}.0`;
}

const isNil = (value: unknown): boolean =>
  value === null || value === undefined || isTypedNil(value);

const rfc3339 = '2006-01-02T15:04:05.999999999Z07:00';

/** Times that were read without a zone are written without one. */
const layouts: Readonly<Record<string, string>> = {
  'datetime-local': '2006-01-02T15:04:05.999999999',
  'date-local': '2006-01-02',
  'time-local': '15:04:05.999999999',
};

/** What a host object writes itself as: a time bare, anything with a text quoted. */
function marshalled(value: unknown): string | undefined {
  if (!(value instanceof HostObject) || value.type.json === undefined) return undefined;
  const text = value.type.json(value.value as never);
  if (typeof text !== 'string') return undefined;
  const moment = momentOf(value);
  return moment === undefined
    ? quoted(text)
    : formatTime(moment, layouts[moment.zone.name] ?? rfc3339);
}

const isTable = (value: unknown): boolean =>
  isMap(value) || (value instanceof HostObject && marshalled(value) === undefined);

/** A list of nothing but tables becomes `[[…]]`; a nil in a list has no form at all. */
function isTableList(value: unknown): boolean {
  if (!isList(value) || value.length === 0) return false;
  const items = itemsOf(value);
  if (items.some(isNil)) throw new GoError('toml: cannot encode array with nil element');
  return items.every(isTable);
}

const noKey = (): GoError => new GoError('toml: top-level values must be Go maps or structs');

function fieldsOf(value: unknown): [string, unknown][] {
  if (value instanceof HostObject) {
    return Object.entries(value.type.fields).map(([name, read]) => [
      name,
      read(value.value as never),
    ]);
  }
  const map = value as Record<string, unknown>;
  return sortText(Object.keys(map)).map((key) => [key, map[key]]);
}

function inline(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof GoNumber) {
    return value.kind === 'float32' ? floatText(Number(value.value)) : String(value.value);
  }
  if (isList(value)) return `[${itemsOf(value).map(inline).join(', ')}]`;
  const text = marshalled(value);
  if (text !== undefined) return text;
  if (value instanceof GoComplex) throw new GoError('unsupported type: complex128');
  if (!isTable(value)) throw new GoError('reflect: call of reflect.Value.Interface on zero Value');
  const entries = fieldsOf(value).filter(([, item]) => !isNil(item));
  const sorted = [
    ...entries.filter(([, item]) => !isTable(item) && !isTableList(item)),
    ...entries.filter(([, item]) => isTable(item) || isTableList(item)),
  ];
  return `{${sorted.map(([key, item]) => `${keyText(key)} = ${inline(item)}`).join(', ')}}`;
}

class TomlWriter {
  out = '';

  private newline(): void {
    if (this.out !== '') this.out += '\n';
  }

  private path(keys: readonly string[]): string {
    return keys.map(keyText).join('.');
  }

  entry(keys: readonly string[], value: unknown): void {
    checkNesting(keys.length);
    if (value instanceof GoComplex) {
      throw new GoError(`unsupported type for key '${this.path(keys)}': complex128`);
    }
    const indent = '  '.repeat(Math.max(keys.length - 1, 0));
    if (isTable(value)) {
      if (keys.length === 1) this.newline();
      if (keys.length > 0) this.out += `${indent}[${this.path(keys)}]\n`;
      this.table(keys, value);
    } else if (isTableList(value)) {
      if (keys.length === 0) throw noKey();
      for (const item of itemsOf(value as unknown[])) {
        this.newline();
        this.out += `${indent}[[${this.path(keys)}]]\n`;
        this.table(keys, item);
      }
    } else if (keys.length === 0) this.out += inline(value);
    else {
      this.out += `${indent}${keyText(keys.at(-1)!)} = ${inline(value)}\n`;
    }
  }

  private table(keys: readonly string[], value: unknown): void {
    const entries = fieldsOf(value);
    const isSub = (item: unknown): boolean => !isNil(item) && (isTable(item) || isTableList(item));
    const direct = entries.filter(([, item]) => !isSub(item));
    const sub = entries.filter(([, item]) => isSub(item));
    for (const [key, item] of [...direct, ...sub]) {
      if (!isNil(item)) this.entry([...keys, key], item);
    }
  }
}

/** A map as TOML the way BurntSushi's encoder lays it out. Throws `GoError` for what TOML cannot hold. */
export function writeToml(value: unknown): string {
  if (isTypedNil(value)) return '';
  const writer = new TomlWriter();
  writer.entry([], value);
  return writer.out;
}
