import { isRecord } from '../../base/index.ts';

const strings = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * `JSON.parse`, right also where V8 (seen in Node 24.21) is not: a key written with an escape can come
 * out as another one, once an object with a backslash in a key was made anywhere in this process. Such
 * keys are rare; texts that have them are read with plain names in their place, which are then put right.
 */
export function parseJson(text: string): unknown {
  if (!hasEscapedKey(text)) return JSON.parse(text);
  // Throws what is wrong, at the place where it stands in the text as it was sent.
  JSON.parse(text);
  const mark = markFor(text);
  const keys: string[] = [];
  const marked = text.replaceAll(strings, (token, colon?: string) => {
    if (colon === undefined || !token.includes('\\')) return token;
    const at = keys.push(JSON.parse(token.slice(0, -colon.length)) as string) - 1;
    return `"${mark}${at}":`;
  });
  return withKeys(JSON.parse(marked), (key) =>
    key.startsWith(mark) ? keys[Number(key.slice(mark.length))]! : key,
  );
}

function hasEscapedKey(text: string): boolean {
  if (!text.includes('\\')) return false;
  for (const [token, colon] of text.matchAll(strings))
    if (colon !== undefined && token.includes('\\')) return true;
  return false;
}

/** Letters that are nowhere in the text. */
function markFor(text: string): string {
  let mark = 'key';
  while (text.includes(mark)) mark += 'y';
  return mark;
}

/** Renames in place, without recursion: bodies may be as deep as they like. */
function withKeys(root: unknown, nameOf: (key: string) => string): unknown {
  const open = [root];
  while (open.length > 0) {
    const at = open.pop();
    const inner: unknown = isRecord(at) ? renamed(at, nameOf) : at;
    for (const each of Array.isArray(inner) ? inner : []) if (isHolder(each)) open.push(each);
  }
  return root;
}

/** Renames keys, in the order they stand in, and gives the values. */
function renamed(record: Record<string, unknown>, nameOf: (key: string) => string): unknown[] {
  const entries = Object.entries(record);
  if (entries.every(([key]) => nameOf(key) === key)) return entries.map(([, value]) => value);
  for (const [key] of entries) delete record[key];
  for (const [key, value] of entries) define(record, nameOf(key), value);
  return entries.map(([, value]) => value);
}

/** Also for `__proto__`, which an assignment would take for something else. */
function define(record: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(record, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isHolder(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
