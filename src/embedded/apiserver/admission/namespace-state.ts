import type { Store } from '../store/store.ts';

/** How a namespace stands. */
export type NamespaceState = 'absent' | 'active' | 'terminating';

const prefix = '/core/namespaces/';
const known = new WeakMap<Store, Map<string, NamespaceState>>();

/** Whether a namespace is there and takes new objects. Asked for every new object, so answers are remembered. */
export function namespaceState(store: Store, name: string): NamespaceState {
  const states = statesIn(store);
  const before = states.get(name);
  if (before !== undefined) return before;
  const state = read(store, name);
  // Names that are not there may be anything, and are not kept.
  if (state !== 'absent') states.set(name, state);
  return state;
}

function statesIn(store: Store): Map<string, NamespaceState> {
  const before = known.get(store);
  if (before) return before;
  const states = new Map<string, NamespaceState>();
  store.watch({
    prefix,
    since: store.revision,
    early: true,
    onEvent: ({ stored }) => void states.delete(stored.key.slice(prefix.length)),
  });
  known.set(store, states);
  return states;
}

function read(store: Store, name: string): NamespaceState {
  const stored = store.get(`${prefix}${name}`);
  if (!stored) return 'absent';
  return stored.parse().metadata.deletionTimestamp === undefined ? 'active' : 'terminating';
}
