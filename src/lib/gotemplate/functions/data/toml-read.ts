import { parse, TomlDate, TomlError } from 'smol-toml';
import { GoError } from '../../template-error.ts';
import { int64, typedList } from '../../value/index.ts';
import { goTime } from '../date/time.ts';

function convert(value: unknown): unknown {
  if (typeof value === 'bigint') return int64(value);
  if (value instanceof TomlDate) return goTime(value.getTime());
  if (Array.isArray(value)) {
    const items = value.map(convert);
    const isTables =
      value.length > 0 &&
      value.every(
        (item) =>
          typeof item === 'object' &&
          item !== null &&
          !Array.isArray(item) &&
          !(item instanceof Date),
      );
    if (!isTables) return items;
    return typedList(items, {
      name: '[]map[string]interface {}',
      element: 'map[string]interface {}',
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
}

/** The name of the last key before a place, which Go's errors give. */
function lastKey(text: string, line: number): string {
  const lines = text.split('\n').slice(0, line);
  for (const one of lines.toReversed()) {
    const match = /^\s*([A-Za-z0-9_.-]+)\s*=/.exec(one);
    if (match !== null) return ` (last key "${match[1]}")`;
  }
  return '';
}

function reason(text: string, error: TomlError): string {
  const rest =
    text
      .split('\n')
      [error.line - 1]?.slice(error.column - 1)
      .trim() ?? '';
  if (rest === '') return 'unexpected EOF; expected value';
  return error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
}

/** A TOML document as Go values: int64 numbers, times. Throws `GoError` in the form of Go's decoder. */
export function readToml(text: string): Record<string, unknown> {
  try {
    return convert(parse(text, { integersAsBigInt: true })) as Record<string, unknown>;
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    throw new GoError(
      `toml: line ${thrown.line}${lastKey(text, thrown.line)}: ${reason(text, thrown)}`,
    );
  }
}
