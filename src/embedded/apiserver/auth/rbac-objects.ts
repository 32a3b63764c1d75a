import type { KubeObject } from '../../../base/index.ts';
import type { Store } from '../store/store.ts';

/** Everything about roles is kept below this key. */
export const rbacGroup = '/rbac.authorization.k8s.io';

const known = new WeakMap<Store, Map<string, readonly KubeObject[]>>();

/**
 * Roles or bindings below a prefix, parsed. Every request of a caller who is not an administrator asks
 * for them, and they seldom change: they are kept until one is written. Not to be changed.
 */
export function rbacObjects(store: Store, prefix: string): readonly KubeObject[] {
  const lists = listsIn(store);
  const before = lists.get(prefix);
  if (before) return before;
  const objects = store.list(prefix).items.map((stored) => stored.parse());
  lists.set(prefix, objects);
  return objects;
}

function listsIn(store: Store): Map<string, readonly KubeObject[]> {
  const before = known.get(store);
  if (before) return before;
  const lists = new Map<string, readonly KubeObject[]>();
  const onEvent = (): void => lists.clear();
  store.watch({ prefix: `${rbacGroup}/`, since: store.revision, early: true, onEvent });
  known.set(store, lists);
  return lists;
}
