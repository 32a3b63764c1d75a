import { GoError } from '../../template-error.ts';
import {
  GoComplex,
  GoNumber,
  HostObject,
  isList,
  isMap,
  isTypedNil,
  sortText,
} from '../../value/index.ts';
import { formatFloat } from '../../format/index.ts';

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function text(value: string, escapeHtml: boolean): string {
  let quoted = JSON.stringify(value);
  if (!value.isWellFormed()) {
    quoted = quoted.replaceAll(/\\(?:\\|ud[89a-f][0-9a-f]{2})/g, (escape) =>
      escape === '\\\\' ? escape : '\\ufffd',
    );
  }
  const special = escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g;
  return quoted.replaceAll(special, (char) => escapes[char]!);
}

function number(value: number): string {
  if (!Number.isFinite(value)) {
    throw new GoError(`json: unsupported value: ${formatFloat(value, 'g', -1)}`);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** How a document is laid out: `indent` is '' for one line. */
interface Layout {
  readonly escapeHtml: boolean;
  readonly indent: string;
}

class Writer {
  private readonly layout: Layout;
  private depth = 0;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  value(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return text(value, this.layout.escapeHtml);
      case 'number':
        return number(value);
      case 'bigint':
      case 'boolean':
        return String(value);
      default:
        return value === null || value === undefined ? 'null' : this.object(value as object);
    }
  }

  private object(value: object): string {
    if (isTypedNil(value)) return 'null';
    if (value instanceof GoNumber) return this.value(value.value);
    if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
    if (isList(value))
      return this.collection(
        '[]',
        (value as unknown[]).map((item) => () => this.value(item)),
      );
    if (value instanceof HostObject) return this.host(value);
    if (value instanceof Map) return this.inOrder(value);
    if (value instanceof GoComplex) throw new GoError('json: unsupported type: complex128');
    if (!isMap(value)) return 'null';
    return this.collection(
      '{}',
      sortText(Object.keys(value)).map((key) => () => this.entry(key, value[key])),
    );
  }

  private inOrder(entries: ReadonlyMap<unknown, unknown>): string {
    const items = Array.from(
      entries,
      ([key, value]) =>
        () =>
          this.entry(String(key), value),
    );
    return this.collection('{}', items);
  }

  private entry(key: string, value: unknown): string {
    const colon = this.layout.indent === '' ? ':' : ': ';
    return text(key, this.layout.escapeHtml) + colon + this.value(value);
  }

  private host({ type, value }: HostObject): string {
    if (type.json !== undefined) return this.value(type.json(value as never));
    const fields = Object.entries(type.fields).filter(([name]) => /^\p{Lu}/u.test(name));
    return this.collection(
      '{}',
      fields.map(
        ([name, read]) =>
          () =>
            this.entry(name, read(value as never)),
      ),
    );
  }

  private collection(brackets: string, items: readonly (() => string)[]): string {
    if (items.length === 0) return brackets;
    if (++this.depth > 1000) throw new GoError('json: unsupported value: nested too deeply');
    const { indent } = this.layout;
    const newline = indent === '' ? '' : `\n${indent.repeat(this.depth)}`;
    const shown = items.map((item) => item()).join(`,${newline}`);
    this.depth--;
    const end = indent === '' ? '' : `\n${indent.repeat(this.depth)}`;
    return `${brackets[0]}${newline}${shown}${end}${brackets[1]}`;
  }
}

/** encoding/json: sorted keys, `<>&` escaped unless told otherwise. Throws `GoError` for what JSON cannot hold. */
export function writeJson(value: unknown, layout: Partial<Layout> = {}): string {
  return new Writer({ escapeHtml: true, indent: '', ...layout }).value(value);
}
