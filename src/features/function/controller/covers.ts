import { isRecord } from '../../../base/index.ts';

/**
 * Whether a live value is what was asked for, given that the server adds defaults: every field that
 * was asked for is there and equal, lists have the same length, and an empty list, map or text, zero
 * or false equals an absent one (the server drops them). Fields named in `exact` are ours alone: nothing may be added to them.
 */
export function covers(live: unknown, asked: unknown, exact: readonly string[] = []): boolean {
  if (isEmpty(asked)) return isEmpty(live) || isRecord(asked);
  if (Array.isArray(asked)) {
    return (
      Array.isArray(live) &&
      live.length === asked.length &&
      asked.every((each, at) => covers(live[at], each, exact))
    );
  }
  if (!isRecord(asked)) return live === asked;
  if (!isRecord(live)) return false;
  return Object.entries(asked).every(([name, value]) => {
    if (exact.includes(name) && sizeOf(live[name]) !== sizeOf(value)) return false;
    return covers(live[name], value, exact);
  });
}

function isEmpty(value: unknown): boolean {
  if (!value) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function sizeOf(value: unknown): number {
  return isRecord(value) ? Object.keys(value).length : 0;
}
