import type { OwnerReference } from '../../../base/index.ts';
import type { GraphNode } from './graph.ts';

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** How an owner stands: there, gone, or waiting for its dependents to go first. */
export type OwnerState = 'solid' | 'gone' | 'waiting';

export type CollectStep =
  | { readonly do: 'nothing' }
  | { readonly do: 'delete'; readonly node: GraphNode; readonly propagation: Propagation }
  /** Takes references to owners away. */
  | { readonly do: 'disown'; readonly node: GraphNode; readonly uids: readonly string[] }
  | { readonly do: 'unfinalize'; readonly node: GraphNode; readonly finalizer: string };

type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** Whether the object waits for its dependents to go before it goes itself. */
export function isWaiting(node: GraphNode | undefined): boolean {
  return node?.isDeleting === true && node.finalizers.includes(foreground);
}

/** What to do about an object that is being deleted with a propagation of its own. Pure. */
export function decideOwner(node: GraphNode, dependents: readonly GraphNode[]): CollectStep[] {
  if (!node.isDeleting) return [];
  if (node.finalizers.includes(orphan)) {
    return [
      ...dependents.map((each) => ({ do: 'disown' as const, node: each, uids: [node.uid] })),
      { do: 'unfinalize', node, finalizer: orphan },
    ];
  }
  if (!node.finalizers.includes(foreground)) return [];
  // A dependent that does not hold its owner back still goes, but is not waited for.
  const holding = dependents.filter((each) =>
    each.owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true),
  );
  return holding.length === 0 ? [{ do: 'unfinalize', node, finalizer: foreground }] : [];
}

/** What to do about an object with owners. Pure. */
export function decideDependent(
  node: GraphNode,
  states: ReadonlyMap<string, OwnerState>,
  hasDependents: boolean,
): CollectStep {
  if (node.isDeleting || node.owners.length === 0) return { do: 'nothing' };
  const by = (state: OwnerState): OwnerReference[] =>
    node.owners.filter((owner) => states.get(owner.uid) === state);
  const lost = [...by('gone'), ...by('waiting')];
  if (by('solid').length > 0) {
    if (lost.length === 0) return { do: 'nothing' };
    return { do: 'disown', node, uids: lost.map((each) => each.uid) };
  }
  if (lost.length < node.owners.length) return { do: 'nothing' };
  return { do: 'delete', node, propagation: propagationOf(node, by('waiting'), hasDependents) };
}

function propagationOf(
  node: GraphNode,
  waiting: readonly OwnerReference[],
  hasDependents: boolean,
): Propagation {
  if (node.finalizers.includes(orphan)) return 'Orphan';
  if (node.finalizers.includes(foreground)) return 'Foreground';
  return waiting.length > 0 && hasDependents ? 'Foreground' : 'Background';
}
