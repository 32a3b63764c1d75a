import { isRecord } from '../../../base/index.ts';

/** A JSON value as Go's `%+v` prints it: `map[a:1 b:[x y]]`, keys in order. Some messages quote patches so. */
export function goMapText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMapText).join(' ')}]`;
  if (value === null) return '<nil>';
  if (!isRecord(value)) return String(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${goMapText(value[key])}`);
  return `map[${members.join(' ')}]`;
}
