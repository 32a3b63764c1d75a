import { KnownError } from '../../base/index.ts';
import { sortKeys } from './key-order.ts';
import { formatFloat } from './number.ts';
import { styleOf } from './scalar-style.ts';
import { keyThroughJson, throughJson } from './through-json.ts';
import { writeScalar } from './write-scalar.ts';

interface Dialect {
  readonly width: number;
  /** Lists in maps stand two deeper than their key. */
  readonly indentLists: boolean;
  readonly sort: (keys: string[]) => string[];
  readonly key: (value: string) => string;
  readonly text: (value: string) => string;
  /** Tabs may stand in block scalars. */
  readonly tabsInBlocks: boolean;
  readonly float: (value: number) => string;
}

/** What is being written: the lines so far, and how deep we are. */
class Writer {
  out = '';
  readonly dialect: Dialect;
  private depth = 0;
  // Kept by hand: asking the growing text itself would flatten it each time.
  private lineStart = 0;
  private lineIsFresh = true;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The column of the next character; before a scalar a line holds nothing beyond the BMP. */
  private column(): number {
    return this.out.length - this.lineStart;
  }

  /** Starts a line with that indent, unless one was just started and stands at most there (after `- `, `? `). */
  private startLine(indent: number, compact: boolean): void {
    if (compact) return;
    if (!this.lineIsFresh) this.out += '\n';
    this.lineStart = this.out.length;
    this.lineIsFresh = false;
    this.out += ' '.repeat(indent);
  }

  node(value: unknown, indent: number, at: 'root' | 'value' | 'item'): void {
    if (++this.depth > 10_000) throw new KnownError('too-large', 'yaml: nested deeper than 10000');
    if (Array.isArray(value)) this.list(value, indent, at);
    else if (typeof value === 'object' && value !== null) {
      this.map(value as Record<string, unknown>, indent, at);
    } else {
      const text = this.scalar(value, at === 'root' ? 2 : indent + 2, at === 'root' ? 0 : 1);
      this.out += at === 'root' ? text : ` ${text}`;
      this.lineIsFresh = text.endsWith('\n');
    }
    this.depth--;
  }

  private list(items: readonly unknown[], indent: number, at: 'root' | 'value' | 'item'): void {
    if (items.length === 0) {
      this.out += at === 'root' ? '[]' : ' []';
      return;
    }
    const inner = this.innerIndent(indent, at, !this.dialect.indentLists);
    let compact = at === 'item';
    if (compact) this.out += ' ';
    for (const item of items) {
      this.startLine(inner, compact);
      compact = false;
      this.out += '-';
      this.node(item, inner, 'item');
    }
  }

  private innerIndent(indent: number, at: 'root' | 'value' | 'item', flat: boolean): number {
    if (at === 'root') return 0;
    return at === 'value' && flat ? indent : indent + 2;
  }

  private map(value: Record<string, unknown>, indent: number, at: 'root' | 'value' | 'item'): void {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    if (keys.length === 0) {
      this.out += at === 'root' ? '{}' : ' {}';
      return;
    }
    const inner = this.innerIndent(indent, at, false);
    let compact = at === 'item';
    if (compact) this.out += ' ';
    for (const key of this.dialect.sort(keys)) {
      this.startLine(inner, compact);
      compact = false;
      this.entry(key, value[key], inner);
    }
  }

  private entry(key: string, value: unknown, indent: number): void {
    const text = this.dialect.key(key);
    const { style, multiline } = styleOf(text, this.dialect.tabsInBlocks);
    if (!multiline && Buffer.byteLength(text) <= 128) {
      const flowStyle = text === '' ? 'double' : style;
      this.out += `${writeScalar(text, flowStyle, { column: 0, indent: 0, width: Infinity })}:`;
      this.node(value, indent, 'value');
      return;
    }
    this.out += '? ';
    const shown = writeScalar(text, style, {
      column: this.column(),
      indent: indent + 2,
      width: this.dialect.width,
    });
    this.out += shown;
    this.lineIsFresh = shown.endsWith('\n');
    this.startLine(indent, false);
    this.out += ':';
    // After an explicit key the value stands like an item of a list.
    this.node(value, indent, 'item');
  }

  private scalar(value: unknown, indent: number, gap: number): string {
    if (typeof value === 'string') {
      const text = this.dialect.text(value);
      const { style } = styleOf(text, this.dialect.tabsInBlocks);
      const column = this.column() + gap;
      return writeScalar(text, style, { column, indent, width: this.dialect.width });
    }
    if (typeof value === 'number') return this.dialect.float(value);
    if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    if (value === null || value === undefined) return 'null';
    throw new KnownError('invalid', `json: unsupported type: ${typeof value}`);
  }
}

/** A number as JSON prints it and YAML reads it back: an integer up to 64 bits, else a float. */
function jsonNumber(value: number): string {
  if (Number.isInteger(value)) {
    if (Math.abs(value) < 1e15) return String(value === 0 ? 0 : value);
    if (value >= -(2 ** 63) && value < 2 ** 64) return BigInt(String(value)).toString();
  }
  if (Number.isFinite(value)) return formatFloat(value);
  const name = Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`;
  throw new KnownError('invalid', `error marshaling into JSON: json: unsupported value: ${name}`);
}

const yamlFloat: Readonly<Record<string, string>> = {
  NaN: '.nan',
  '+Inf': '.inf',
  '-Inf': '-.inf',
};

const version2: Dialect = {
  width: 80,
  indentLists: false,
  sort: (keys) => sortKeys(keys),
  key: keyThroughJson,
  text: throughJson,
  tabsInBlocks: false,
  float: jsonNumber,
};

const version3: Dialect = {
  width: Infinity,
  indentLists: true,
  sort: (keys) => sortKeys(keys, true),
  key: (value) => value,
  text: (value) => value,
  tabsInBlocks: true,
  float: (value) => {
    const text = formatFloat(value);
    return yamlFloat[text] ?? text;
  },
};

function write(value: unknown, dialect: Dialect): string {
  const writer = new Writer(dialect);
  writer.node(value, 0, 'root');
  return writer.out.endsWith('\n') ? writer.out : `${writer.out}\n`;
}

/**
 * The text sigs.k8s.io/yaml.Marshal gives, with its final newline: sorted keys, lists not indented
 * in maps, long texts folded at column 80. Accepts JSON-like data and bigints; map entries that are
 * `undefined` are left out. Throws a `KnownError('invalid')` where Go's marshaller fails.
 */
export function stringify(value: unknown): string {
  return write(value, version2);
}

/** The text of go-yaml v3 with an indent of two (Helm's toYamlPretty): lists indented, nothing folded. */
export function stringifyPretty(value: unknown): string {
  return write(value, version3);
}
