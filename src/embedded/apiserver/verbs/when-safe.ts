import type { ServerState } from '../server-state.ts';

/**
 * Holds an answer back until what it shows survives a crash: nobody may see a write, or hold a
 * resourceVersion, that a crash could take back and give to another write.
 */
export function whenSafe<T>(
  { state }: { readonly state: ServerState },
  revision: number,
  answer: T,
): T | Promise<T> {
  const { store } = state;
  return revision <= store.published ? answer : store.durable(revision).then(() => answer);
}
