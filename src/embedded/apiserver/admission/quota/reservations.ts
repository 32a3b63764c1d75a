import type { Store } from '../../store/store.ts';
import { sumAmounts, type Amounts } from '../pod-resources.ts';

/** What was let in and is not written yet. */
export interface Reservations {
  /** Sum of what waits in a namespace. */
  of(namespace: string): Amounts;
  /** Counts until the key moves on from where it stands now, or until `clear`. */
  add(namespace: string, key: string, asked: Amounts): void;
  clear(namespace: string): void;
}

interface Reserved {
  readonly asked: Amounts;
  readonly key: string;
  readonly revision: number;
}

/** Two writers are let in one after the other before either has written: the second must know of the first. */
export function createReservations(store: Store): Reservations {
  const pending = new Map<string, Reserved[]>();
  const revisionAt = (key: string): number => store.get(key)?.revision ?? 0;
  const waiting = (namespace: string): Reserved[] =>
    (pending.get(namespace) ?? []).filter(({ key, revision }) => revisionAt(key) === revision);
  return {
    of: (namespace) => sumAmounts(waiting(namespace).map(({ asked }) => asked)),
    add(namespace, key, asked) {
      pending.set(namespace, [...waiting(namespace), { asked, key, revision: revisionAt(key) }]);
    },
    clear: (namespace) => void pending.delete(namespace),
  };
}
