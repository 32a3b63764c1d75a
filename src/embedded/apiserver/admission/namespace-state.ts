import type { Store } from '../store/store.ts';

/** Whether a namespace is there and takes new objects. */
export function namespaceState(store: Store, name: string): 'absent' | 'active' | 'terminating' {
  const stored = store.get(`/core/namespaces/${name}`);
  if (!stored) return 'absent';
  return stored.parse().metadata.deletionTimestamp === undefined ? 'active' : 'terminating';
}
