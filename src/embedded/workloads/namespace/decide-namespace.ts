import type { Condition } from '../../../lib/kube/index.ts';
import { conditionOf } from '../conditions.ts';

/** What is left of one resource in a namespace. */
export interface Remaining {
  readonly resource: string;
  readonly group: string;
  readonly count: number;
  readonly finalizers: readonly string[];
}

export interface Sweep {
  readonly remaining: readonly Remaining[];
  /** Resources that could not be listed or deleted, in words. */
  readonly failures: readonly string[];
}

type Row = readonly [type: string, isTrue: boolean, reason: string, message: string];

/** The conditions of a namespace that is being deleted, worded as Kubernetes words them. Pure. */
export function namespaceConditions(
  before: readonly Condition[],
  sweep: Sweep,
  now: string,
): Condition[] {
  const all = [...discovered, failureRow(sweep), contentRow(sweep), finalizerRow(sweep)];
  return all.map(([type, isTrue, reason, message]) => {
    const status = isTrue ? 'True' : 'False';
    const old = conditionOf(before, type);
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    return { type, status, lastTransitionTime, reason, message };
  });
}

const discovered: readonly Row[] = [
  [
    'NamespaceDeletionDiscoveryFailure',
    false,
    'ResourcesDiscovered',
    'All resources successfully discovered',
  ],
  [
    'NamespaceDeletionGroupVersionParsingFailure',
    false,
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ],
];

function failureRow({ failures }: Sweep): Row {
  const type = 'NamespaceDeletionContentFailure';
  const done = 'All content successfully deleted, may be waiting on finalization';
  if (failures.length === 0) return [type, false, 'ContentDeleted', done];
  const message = `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`;
  return [type, true, 'ContentDeletionFailed', message];
}

function contentRow({ remaining }: Sweep): Row {
  const type = 'NamespaceContentRemaining';
  const left = remaining
    .filter((each) => each.count > 0)
    .map(({ resource, group, count }) => `${resource}.${group} has ${count} resource instances`);
  return left.length === 0
    ? [type, false, 'ContentRemoved', 'All content successfully removed']
    : [type, true, 'SomeResourcesRemain', `Some resources are remaining: ${left.join(', ')}`];
}

function finalizerRow({ remaining }: Sweep): Row {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const name of remaining.flatMap(({ finalizers }) => finalizers))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  const done = 'All content-preserving finalizers finished';
  if (counts.size === 0) return [type, false, 'ContentHasNoFinalizers', done];
  const held = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${held.join(', ')}`;
  return [type, true, 'SomeFinalizersRemain', message];
}

/** Whether nothing holds the namespace any more. */
export function isEmpty({ remaining, failures }: Sweep): boolean {
  return failures.length === 0 && remaining.every((each) => each.count === 0);
}
