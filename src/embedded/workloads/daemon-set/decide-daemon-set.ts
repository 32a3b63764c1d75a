import type { DaemonSet, DaemonSetStatus, Node, Pod, Toleration } from '../objects.ts';
import { decideSchedule } from '../node/decide-schedule.ts';
import { availableInMs, isReady } from '../pod-state.ts';
import { revisionLabel } from '../revision/controller-revision.ts';

const bearable: ReadonlyArray<readonly [key: string, effect: string]> = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** What every daemon bears, so that a node in trouble keeps them. */
export const daemonTolerations: readonly Toleration[] = bearable.map(([key, effect]) => ({
  key,
  operator: 'Exists',
  effect,
}));

export interface DaemonSetPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

const isGoing = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const hasEnded = (pod: Pod): boolean =>
  pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';

/** Whether the set wants a pod on the node, by selector, affinity and taints; room does not matter. Pure. */
export function wantsNode(set: DaemonSet, pod: Pod, node: Node | undefined): boolean {
  if (node === undefined || set.metadata.deletionTimestamp !== undefined) return false;
  const { allocatable: _room, ...status } = node.status ?? {};
  return decideSchedule(pod, { ...node, status }, []) === undefined;
}

/** Whether the node shall have a pod, and of which revision. */
export interface Wanted {
  readonly wanted: boolean;
  readonly revision: string;
  readonly now: Date;
}

/** One pod of the present template, when it is wanted. Pure. */
export function decideDaemonSet(
  set: DaemonSet,
  pods: readonly Pod[],
  { wanted, revision, now }: Wanted,
): DaemonSetPlan {
  if (set.metadata.deletionTimestamp !== undefined) return { create: 0, remove: [] };
  const standing = pods.filter((pod) => !isGoing(pod));
  if (!wanted) return { create: 0, remove: standing };
  const ended = standing.filter(hasEnded);
  const active = standing
    .filter((pod) => !hasEnded(pod))
    .toSorted((a, b) => Number(isReady(b)) - Number(isReady(a)));
  const [fresh, ...doubles] = active.filter((pod) => revisionOf(pod) === revision);
  const [old, ...older] = active.filter((pod) => revisionOf(pod) !== revision);
  const remove = [...ended, ...doubles, ...older];
  const create = pods.length === 0 ? 1 : 0;
  if (old === undefined) return { create, remove };
  if (set.spec.updateStrategy?.type === 'OnDelete')
    return { create, remove: fresh === undefined ? remove : [...remove, fresh] };
  if (!surges(set)) return { create, remove: [...remove, old] };
  // With a surge the new pod comes first, and the old one goes when the new one is available.
  if (fresh === undefined) return { create: 1, remove };
  const isUp = availableInMs(fresh, set.spec.minReadySeconds ?? 0, now) === 0;
  return { create, remove: isUp ? [...remove, old] : remove };
}

const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel];

/** Any part of one node, rounded up, is that node. */
function surges({ spec }: DaemonSet): boolean {
  return Number.parseInt(String(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0), 10) > 0;
}

/** The status. Pure. */
export function daemonSetStatus(
  set: DaemonSet,
  pods: readonly Pod[],
  { wanted, revision, now }: Wanted,
): DaemonSetStatus {
  const active = pods.filter((pod) => !hasEnded(pod));
  const desired = wanted ? 1 : 0;
  const some = (test: (pod: Pod) => boolean): number => (wanted && active.some(test) ? 1 : 0);
  const available = some((pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now) === 0);
  const updated = some((pod) => pod.metadata.labels?.[revisionLabel] === revision);
  return {
    observedGeneration: set.metadata.generation ?? 0,
    currentNumberScheduled: some(() => true),
    numberMisscheduled: wanted || active.length === 0 ? 0 : 1,
    desiredNumberScheduled: desired,
    numberReady: some(isReady),
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(desired > available ? { numberUnavailable: desired - available } : {}),
  };
}
