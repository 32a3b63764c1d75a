import type { Key } from '../../base/index.ts';

/** The key written as `namespace/name` or `name`. */
export function keyFromText(text: string): Key {
  const slash = text.indexOf('/');
  return slash < 0
    ? { name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
