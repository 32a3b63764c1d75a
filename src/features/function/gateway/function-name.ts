import type { Key } from '../../../base/index.ts';

const pattern = /^\/(?:async-)?function\/([-a-zA-Z_0-9.]+)(\/.*)?$/;

/** `/function/NAME[.NAMESPACE]/rest` taken apart; the name is split at its last dot. Undefined for any other path. */
export function functionPathOf(
  path: string,
  fallbackNamespace: string,
): { readonly key: Required<Key>; readonly rest: string } | undefined {
  const found = pattern.exec(path);
  if (found === null) return undefined;
  return { key: splitName(found[1] ?? '', fallbackNamespace), rest: found[2] ?? '/' };
}

/** `NAME` or `NAME.NAMESPACE`. */
export function splitName(text: string, fallbackNamespace: string): Required<Key> {
  const dot = text.lastIndexOf('.');
  return dot <= 0
    ? { namespace: fallbackNamespace, name: text }
    : { namespace: text.slice(dot + 1), name: text.slice(0, dot) };
}
