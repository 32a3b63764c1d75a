import type { ValuePath } from '../trace/value-path.ts';
import type { Change } from './changes.ts';
import { isTouched, type ReadNode, type Tracker } from './tracker.ts';

/** What a run printed, and which of the data it depends on. */
export interface Tracked {
  readonly text: string;
  /**
   * Whether the run may print something else once the data has changed so; `compareData` tells the
   * change. Sure in one direction: when it says no, a new run prints the same text, unless `writes`
   * or `looksOutside`.
   */
  isTouchedBy(change: Change | undefined): boolean;
  /** The places that were read, outermost first; those in a place that was read whole are left out. */
  paths(): ValuePath[];
  /** It changed data it was given (`set`, `merge` …): templates that run after it depend on it. */
  readonly writes: boolean;
  /** It asked for the time, random bytes or an object of the cluster: another run may print another text. */
  readonly looksOutside: boolean;
}

function* pathsBelow(node: ReadNode): Generator<ValuePath> {
  if (node.isWhole || node.isListed || node.children.size === 0) yield node.path;
  if (node.isWhole) return;
  for (const child of node.children.values()) yield* pathsBelow(child as ReadNode);
}

/** The result of a run that a tracker watched. */
export function trackedOf(text: string, tracker: Tracker): Tracked {
  const { root, hasWritten, hasLookedOutside } = tracker;
  return {
    text,
    isTouchedBy: (change) => change !== undefined && isTouched(root, change),
    paths: () => [...pathsBelow(root)],
    writes: hasWritten,
    looksOutside: hasLookedOutside,
  };
}
