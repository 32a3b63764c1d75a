/**
 * The value of a function of lib/schema that may not be written yet, or a stand-in. Goes away with
 * the last stand-in.
 */
export function orUntil<T>(work: () => T, standIn: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.message.startsWith('not yet')) return standIn();
    throw thrown;
  }
}
