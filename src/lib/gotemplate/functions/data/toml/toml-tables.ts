import { typedList } from '../../../value/index.ts';

/** What the tables refuse, without its place. */
export class TableFault extends Error {}

type Table = Map<string, unknown>;

/** The tables of `[[x]]`. */
class TableArray {
  readonly tables: Table[] = [];
}

/** A key as it stands in error texts. */
export function keyText(keys: readonly string[]): string {
  return keys
    .map((key) => {
      if (/^[A-Za-z0-9_-]+$/.test(key)) return key;
      return `"${key.replaceAll(/["\\\x00-\x1f\x7f]/g, escapeCharacter)}"`;
    })
    .join('.');
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
};

function escapeCharacter(char: string): string {
  return named[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/**
 * The tables of a document while it is read, with the rules of Go's decoder for what may be defined
 * twice: a table that came into being by a longer key (an implicit one) may be defined once more.
 */
export class TomlTables {
  private readonly root: Table = new Map();
  private readonly implicit = new Set<string>();
  private readonly arrays = new Map<string, boolean>();
  /** The key of the table that is being filled. */
  context: readonly string[] = [];

  /** Goes into the table of a key; an array of tables gets a new one. */
  enter(keys: readonly string[], isArray: boolean): void {
    const parents = keys.slice(0, -1);
    let table = this.root;
    for (const [i, key] of parents.entries()) {
      if (!table.has(key)) {
        this.implicit.add(keyText(keys.slice(0, i + 1)));
        table.set(key, new Map());
      }
      table = this.tableAt(table, key, () => {
        return `Key '${keyText(keys.slice(0, i + 1))}' was already created as a hash.`;
      });
    }
    this.context = parents;
    const last = keys.at(-1)!;
    if (isArray) this.append(table, last, keys);
    else this.set(last, new Map());
    this.context = keys;
  }

  private append(table: Table, key: string, keys: readonly string[]): void {
    const array = table.get(key) ?? new TableArray();
    if (!(array instanceof TableArray)) {
      throw new TableFault(
        `Key '${keyText(keys)}' was already created and cannot be used as an array.`,
      );
    }
    array.tables.push(new Map());
    table.set(key, array);
  }

  /** Goes into a table that a dotted key or an inline table makes. */
  enterImplicit(keys: readonly string[], isArray = false): void {
    this.implicit.add(keyText(keys));
    this.enter(keys, isArray);
  }

  private tableAt(table: Table, key: string, fault: () => string): Table {
    const found = table.get(key);
    if (found instanceof TableArray) return found.tables.at(-1)!;
    if (found instanceof Map) return found as Table;
    throw new TableFault(fault());
  }

  /** Notes what kind of thing stands at a key of the present table, or what that table is. */
  mark(key: string | undefined, isArray: boolean): void {
    this.arrays.set(keyText(key === undefined ? this.context : [...this.context, key]), isArray);
  }

  /** Sets a key of the present table. */
  set(key: string, value: unknown): void {
    let table = this.root;
    for (const [i, each] of this.context.entries()) {
      const defined = (): string =>
        `Key '${keyText(this.context.slice(0, i + 1))}' has already been defined.`;
      table = this.tableAt(table, each, defined);
    }
    const text = keyText([...this.context, key]);
    const isImplicit = this.implicit.has(text);
    if (table.has(key)) {
      if (!isImplicit) throw new TableFault(`Key '${text}' has already been defined.`);
      this.implicit.delete(text);
      if (this.arrays.get(text) !== true) return;
    }
    table.set(key, value);
  }

  /** All of it as Go values. */
  result(): Record<string, unknown> {
    return plain(this.root) as Record<string, unknown>;
  }
}

/** Tables as plain objects. */
export function plain(value: unknown): unknown {
  if (value instanceof TableArray) {
    return typedList(value.tables.map(plain), {
      name: '[]map[string]interface {}',
      element: 'map[string]interface {}',
    });
  }
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...(value as Table)].map(([key, each]) => [key, plain(each)]));
}
