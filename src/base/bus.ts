/**
 * News between features. Delivery is at most once, in order for one publisher, and never later than
 * the next turn of the event loop; a listener that throws does not disturb the others. State lives in
 * the cluster: losing every message must not change what the cluster ends up with.
 */
export interface Bus<Events> {
  publish<T extends keyof Events>(type: T, event: Events[T]): void;
  subscribe<T extends keyof Events>(
    type: T,
    listen: (event: Events[T]) => void,
    until: AbortSignal,
  ): void;
}

/** A bus inside this process. `onError` hears what a listener threw. */
export function createBus<Events>(
  onError: (thrown: unknown, type: keyof Events) => void = () => {},
): Bus<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    publish(type, event) {
      for (const listen of listeners.get(type) ?? []) {
        queueMicrotask(() => {
          try {
            listen(event as never);
          } catch (thrown) {
            onError(thrown, type);
          }
        });
      }
    },
    subscribe(type, listen, until) {
      if (until.aborted) return;
      const all = listeners.get(type) ?? new Set();
      listeners.set(type, all.add(listen));
      until.addEventListener('abort', () => all.delete(listen), { once: true });
    },
  };
}
