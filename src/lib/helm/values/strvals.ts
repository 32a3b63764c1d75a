import { KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { goQuote, int64, sprintf, typeName } from '../../gotemplate/index.ts';
import { has, isTable, put } from './tables.ts';
import { jsonValueEnd } from './json-extent.ts';

/** How the text after `=` is read: `--set`, `--set-string`, `--set-json`. */
export type SetMode = 'typed' | 'string' | 'json';

const maxIndex = 65_536;
const maxLevel = 30;

/**
 * Reads one `--set` text (`a.b[0]=x,c={1,2}`) into `values`, which is changed in place.
 * `valueOf` turns the text of a value into the value (used by `--set-file` to read the file).
 * Throws Helm's texts without their `failed parsing --set data: ` prefix.
 */
export function setValues(
  values: JsonRecord,
  text: string,
  mode: SetMode = 'typed',
  valueOf: (text: string) => unknown = mode === 'string' ? (value) => value : typedValue,
): void {
  const parser = new Parser(text, mode, valueOf);
  while (parser.key(values, 0) !== 'end');
}

/** `--set-literal`: everything after the first `=` is the value, as it stands. */
export function setLiteral(values: JsonRecord, text: string): void {
  new Parser(text, 'literal', (value) => value).key(values, 0);
}

/** What `--set` makes of a text: booleans, null, whole numbers as int64, else the text. */
export function typedValue(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  if (lower === 'null') return null;
  if (text === '0') return int64(0n);
  if (!/^[+-]?\d+$/.test(text) || text.startsWith('0')) return text;
  const number = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, number) === number ? int64(number) : text;
}

type Progress = 'more' | 'end';

interface Word {
  readonly text: string;
  /** The character that ended it; undefined at the end of the text. */
  readonly stop: string | undefined;
}

/** A list after a step, and whether the text goes on. */
interface Changed {
  readonly changed: unknown[];
  readonly progress: Progress;
}

class Parser {
  readonly #chars: readonly string[];
  readonly #mode: SetMode | 'literal';
  readonly #valueOf: (text: string) => unknown;
  #at = 0;

  constructor(text: string, mode: SetMode | 'literal', valueOf: (text: string) => unknown) {
    this.#chars = Array.from(text);
    this.#mode = mode;
    this.#valueOf = valueOf;
  }

  /** Reads one `key=value` (or what is left of it inside a path) into `into`. */
  key(into: JsonRecord, level: number): Progress {
    const { text, stop } = this.#until(this.#mode === 'literal' ? '=[.' : '=[,.');
    switch (stop) {
      case undefined:
        if (text === '') return 'end';
        throw invalid(`key ${goQuote(text)} has no value`);
      case '[':
        return this.#listKey(into, text, level);
      case '=': {
        const isLast = this.#at >= this.#chars.length;
        const value = this.#value();
        if (text !== '') put(into, text, value);
        // Go's reader is at its end here, which callers further up take for the end of all.
        return isLast && (this.#mode === 'typed' || this.#mode === 'string') ? 'end' : 'more';
      }
      case ',':
        throw invalid(`key ${goQuote(text)} has no value (cannot end with ,)`);
      default:
        return this.#mapKey(into, text, level + 1);
    }
  }

  #mapKey(into: JsonRecord, key: string, level: number): Progress {
    if (level > maxLevel) {
      throw invalid(
        `value name nested level is greater than maximum supported nested level of ${maxLevel}`,
      );
    }
    const inner = has(into, key) ? into[key] : {};
    if (!isTable(inner)) throw notA(inner, 'map[string]interface {}');
    const progress = this.key(inner, level);
    if (Object.keys(inner).length === 0) {
      if (progress === 'more') throw invalid(`key map ${goQuote(key)} has no value`);
    } else if (key !== '') put(into, key, inner);
    return progress;
  }

  #listKey(into: JsonRecord, key: string, level: number): Progress {
    const index = this.#index();
    const list = has(into, key) ? into[key] : [];
    if (!Array.isArray(list)) throw notA(list, '[]interface {}');
    const { changed, progress } = this.#item([...(list as unknown[])], index, level);
    if (key !== '') put(into, key, changed);
    return progress;
  }

  #index(): number {
    const { text, stop } = this.#until(']');
    if (stop === undefined) throw invalid('error parsing index: EOF');
    if (!/^[+-]?\d+$/.test(text)) {
      throw invalid(`error parsing index: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
    }
    const index = Number(text);
    if (index < 0) throw invalid(`negative ${index} index not allowed`);
    return index;
  }

  #item(list: unknown[], index: number, level: number): Changed {
    const { text, stop } = this.#until('[.=');
    if (text !== '') {
      const runes = Array.from(text, (char) => BigInt(char.codePointAt(0) ?? 0));
      throw invalid(sprintf('unexpected data at end of array index: %q', [runes]));
    }
    if (stop === undefined) return { changed: list, progress: 'end' };
    if (stop === '=') return { changed: setIndex(list, index, this.#value()), progress: 'more' };
    return stop === '[' ? this.#inList(list, index, level) : this.#inTable(list, index, level);
  }

  #inList(list: unknown[], index: number, level: number): Changed {
    const at = list[index] ?? null;
    const next = this.#index();
    if (at !== null && !Array.isArray(at)) throw notA(at, '[]interface {}');
    const inner = this.#item([...((at as unknown[] | null) ?? [])], next, level);
    // A text that ends before the value sets nothing here.
    if (inner.progress === 'end') return { changed: list, progress: 'end' };
    return { changed: setIndex(list, index, inner.changed), progress: 'more' };
  }

  #inTable(list: unknown[], index: number, level: number): Changed {
    const at = list[index] ?? null;
    const inner = isTable(at) ? at : {};
    if (index < list.length) list[index] = inner;
    const progress = this.key(inner, level);
    if (progress === 'end') return { changed: list, progress };
    return { changed: setIndex(list, index, inner), progress };
  }

  #value(): unknown {
    if (this.#mode === 'literal') return this.#valueOf(this.#rest());
    if (this.#mode === 'json') return this.#json();
    if (this.#at >= this.#chars.length) return '';
    if (this.#chars[this.#at] === '{') return this.#list();
    return this.#valueOf(this.#until(',').text);
  }

  #list(): unknown[] {
    this.#at += 1;
    const list: unknown[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === undefined) throw invalid("list must terminate with '}'");
      list.push(this.#valueOf(text));
      if (stop !== '}') continue;
      if (this.#chars[this.#at] === ',') this.#at += 1;
      return list;
    }
  }

  #json(): unknown {
    if (this.#isEmptyValue()) return null;
    const rest = this.#chars.slice(this.#at).join('');
    const end = jsonValueEnd(rest);
    let value: unknown;
    try {
      value = JSON.parse(rest.slice(0, end));
    } catch (thrown) {
      throw new KnownError('invalid', `${String((thrown as Error).message)}`, { cause: thrown });
    }
    this.#at += Array.from(rest.slice(0, end)).length;
    this.#isEmptyValue();
    return value;
  }

  /** Skips blanks and a comma; true when there was nothing else before the comma or the end. */
  #isEmptyValue(): boolean {
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at] ?? '';
      if (char === ',') {
        this.#at += 1;
        return true;
      }
      if (!/\s/u.test(char)) return false;
      this.#at += 1;
    }
    return true;
  }

  #rest(): string {
    const rest = this.#chars.slice(this.#at).join('');
    this.#at = this.#chars.length;
    return rest;
  }

  #until(stops: string): Word {
    let text = '';
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at++] ?? '';
      if (stops.includes(char)) return { text, stop: char };
      text += char === '\\' && this.#mode !== 'literal' ? (this.#chars[this.#at++] ?? '') : char;
    }
    return { text, stop: undefined };
  }
}

function setIndex(list: unknown[], index: number, value: unknown): unknown[] {
  if (index > maxIndex) {
    throw invalid(`index of ${index} is greater than maximum supported index of ${maxIndex}`);
  }
  while (list.length <= index) list.push(null);
  list[index] = value;
  return list;
}

function notA(value: unknown, wanted: string): KnownError {
  const found = value === null ? 'nil' : typeName(value);
  return invalid(
    `unable to parse key: interface conversion: interface {} is ${found}, not ${wanted}`,
  );
}

function invalid(message: string): KnownError {
  return new KnownError('invalid', message);
}
