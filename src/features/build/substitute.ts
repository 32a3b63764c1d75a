import { invalid } from '../../base/index.ts';
import type { KnownError } from '../../base/index.ts';
import { globPattern } from './glob.ts';

/** Values by name; absent ones count as empty. */
export type Variables = Readonly<Record<string, string | undefined>>;

interface Found {
  readonly value: string;
  /** Position after the closing brace. */
  readonly end: number;
}

/**
 * Puts variables into a text as faas-cli does before it reads a stack file: `${name}` with the forms
 * `:-` `:=` `=` `^` `^^` `,` `,,` `:pos:len` `#` `##` `%` `%%` `/` `//` `/#` `/%` and `${#name}`. `$name` and
 * lone `$` are left alone, `$${` stands for `${`. Another form is a `KnownError('invalid')`: bad substitution.
 */
export function substitute(text: string, variables: Variables, file?: string): string {
  const fail = (at: number): KnownError => {
    const line = text.slice(0, at).split('\n').length;
    return invalid('bad substitution', file === undefined ? { line } : { file, line });
  };
  let result = '';
  for (let at = 0; at < text.length;) {
    if (text.startsWith('$${', at)) {
      result += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      const found = expand(text, at, variables);
      if (found === undefined) throw fail(at);
      result += found.value;
      at = found.end;
    } else {
      result += text[at];
      at += 1;
    }
  }
  return result;
}

const nameAt = /[A-Za-z_][A-Za-z0-9_]*/y;
// Longest first: `##` before `#`.
const operators = [
  ':-',
  ':=',
  '^^',
  '^',
  ',,',
  ',',
  '##',
  '#',
  '%%',
  '%',
  '//',
  '/#',
  '/%',
  '/',
  '=',
  ':',
];

/** Reads `${…}` at a position; undefined when it is malformed. */
function expand(text: string, start: number, variables: Variables): Found | undefined {
  const isLength = text[start + 2] === '#';
  nameAt.lastIndex = start + (isLength ? 3 : 2);
  const name = nameAt.exec(text)?.[0];
  if (name === undefined) return undefined;
  const value = variables[name] ?? '';
  const after = nameAt.lastIndex;
  if (text[after] === '}')
    return { value: isLength ? String(value.length) : value, end: after + 1 };
  const operator = isLength ? undefined : operators.find((each) => text.startsWith(each, after));
  if (operator === undefined) return undefined;
  const separator = separatorOf(operator);
  const read = readArguments(text, after + operator.length, { separator, variables });
  if (read === undefined) return undefined;
  const changed = change(operator, value, read.parts);
  return changed === undefined ? undefined : { value: changed, end: read.end };
}

function separatorOf(operator: string): string | undefined {
  if (operator === ':') return ':';
  return operator.startsWith('/') ? '/' : undefined;
}

/** What stands between the operator and the closing brace, cut at the separator; `${…}` in it is expanded. */
function readArguments(
  text: string,
  from: number,
  how: { readonly separator: string | undefined; readonly variables: Variables },
): { parts: string[]; end: number } | undefined {
  const parts = [''];
  for (let at = from; at < text.length;) {
    const char = text[at] ?? '';
    if (char === '}') return { parts, end: at + 1 };
    if (text.startsWith('${', at)) {
      const inner = expand(text, at, how.variables);
      if (inner === undefined) return undefined;
      parts.push((parts.pop() ?? '') + inner.value);
      at = inner.end;
    } else {
      if (char === how.separator) parts.push('');
      else parts.push((parts.pop() ?? '') + char);
      at += 1;
    }
  }
  return undefined;
}

type Change = (value: string, first: string, second: string | undefined) => string | undefined;

const orDefault: Change = (value, first) => (value === '' ? first : value);

const changes: Readonly<Record<string, Change>> = {
  ':-': orDefault,
  ':=': orDefault,
  '=': orDefault,
  '^': (value) => value.slice(0, 1).toUpperCase() + value.slice(1),
  '^^': (value) => value.toUpperCase(),
  ',': (value) => value.slice(0, 1).toLowerCase() + value.slice(1),
  ',,': (value) => value.toLowerCase(),
  '#': (value, pattern) => cutStart(value, pattern, 'shortest'),
  '##': (value, pattern) => cutStart(value, pattern, 'longest'),
  '%': (value, pattern) => cutEnd(value, pattern, 'shortest'),
  '%%': (value, pattern) => cutEnd(value, pattern, 'longest'),
  '/': (value, from, to = '') => value.replace(from, () => to),
  '//': (value, from, to = '') => (from === '' ? value : value.replaceAll(from, () => to)),
  '/#': (value, from, to = '') => (value.startsWith(from) ? to + value.slice(from.length) : value),
  '/%': (value, from, to = '') =>
    value.endsWith(from) ? value.slice(0, value.length - from.length) + to : value,
  ':': slice,
};

function change(operator: string, value: string, parts: readonly string[]): string | undefined {
  return changes[operator]?.(value, parts[0] ?? '', parts[1]);
}

function slice(value: string, from: string, length: string | undefined): string | undefined {
  if (!/^\s*\d+\s*$/.test(from) || (length !== undefined && !/^\s*\d+\s*$/.test(length)))
    return undefined;
  const start = Number(from);
  return value.slice(start, length === undefined ? undefined : start + Number(length));
}

type Reach = 'shortest' | 'longest';

function cutStart(value: string, glob: string, reach: Reach): string {
  const pattern = globPattern(glob);
  const cut = lengths(value, reach).find((length) => pattern.test(value.slice(0, length)));
  return value.slice(cut ?? 0);
}

function cutEnd(value: string, glob: string, reach: Reach): string {
  const pattern = globPattern(glob);
  const cut = lengths(value, reach).find((length) =>
    pattern.test(value.slice(value.length - length)),
  );
  return value.slice(0, value.length - (cut ?? 0));
}

function lengths(value: string, reach: Reach): number[] {
  const all = Array.from({ length: value.length + 1 }, (_, length) => length);
  return reach === 'shortest' ? all : all.toReversed();
}
