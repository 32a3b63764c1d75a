import type { Pod, StatefulSet, StatefulSetStatus } from '../objects.ts';
import { availableInMs, isReady } from '../pod-state.ts';
import { revisionLabel } from '../revision/controller-revision.ts';

export interface StatefulSetPlan {
  /** Pods to make, and whether of the template before the update. */
  readonly create: ReadonlyArray<{ readonly ordinal: number; readonly isOld: boolean }>;
  readonly remove: readonly Pod[];
}

/** The revisions at play, by the names of their ControllerRevisions. */
export interface Revisions {
  readonly current: string;
  readonly update: string;
}

/** The number at the end of a pod's name; -1 when it has none. */
export function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel];
const isGoing = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const hasEnded = (pod: Pod): boolean =>
  pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
const isHealthy = (pod: Pod): boolean => isReady(pod) && !isGoing(pod);

/** What a stateful set needs next; with OrderedReady one thing at a time. Pure. */
export function decideStatefulSet(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  now: Date,
): StatefulSetPlan {
  const nothing = { create: [], remove: [] };
  if (set.metadata.deletionTimestamp !== undefined) return nothing;
  const start = set.spec.ordinals?.start ?? 0;
  const replicas = set.spec.replicas ?? 1;
  const wanted = Array.from({ length: replicas }, (_, index) => start + index);
  const view: View = {
    set,
    now,
    wanted,
    byOrdinal: new Map(pods.map((pod) => [ordinalOf(pod), pod])),
    extra: pods
      .filter((pod) => ordinalOf(pod) < start || ordinalOf(pod) >= start + replicas)
      .toSorted((a, b) => ordinalOf(b) - ordinalOf(a)),
  };
  const isParallel = set.spec.podManagementPolicy === 'Parallel';
  const plan = isParallel ? allAtOnce(view) : oneAfterTheOther(view);
  return plan ?? { create: [], remove: outdated(view, revisions) };
}

interface View {
  readonly set: StatefulSet;
  readonly now: Date;
  readonly wanted: readonly number[];
  readonly byOrdinal: ReadonlyMap<number, Pod>;
  /** Pods beyond the wanted ones, the last first. */
  readonly extra: readonly Pod[];
}

/** Pods below the partition stay with the template before the update. */
function fresh({ set, wanted }: View, ordinal: number): StatefulSetPlan['create'][number] {
  const { partition = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  return { ordinal, isOld: ordinal - (wanted[0] ?? 0) < partition };
}

/** Everything waits for the first pod that is not as it should be; undefined when all are. */
function oneAfterTheOther(view: View): StatefulSetPlan | undefined {
  const { wanted, byOrdinal, extra, set, now } = view;
  const { minReadySeconds = 0 } = set.spec;
  for (const ordinal of wanted) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return { create: [fresh(view, ordinal)], remove: [] };
    if (hasEnded(pod) && !isGoing(pod)) return { create: [], remove: [pod] };
    const isUp = isHealthy(pod) && availableInMs(pod, minReadySeconds, now) === 0;
    if (!isUp) return { create: [], remove: [] };
  }
  if (extra.length === 0) return undefined;
  return { create: [], remove: extra.some(isGoing) ? [] : extra.slice(0, 1) };
}

function allAtOnce(view: View): StatefulSetPlan | undefined {
  const { wanted, byOrdinal, extra } = view;
  const missing = wanted.filter((ordinal) => !byOrdinal.has(ordinal));
  const ended = wanted.flatMap((ordinal) => byOrdinal.get(ordinal) ?? []).filter(hasEnded);
  const remove = [...ended, ...extra].filter((pod) => !isGoing(pod));
  if (missing.length === 0 && remove.length === 0) return undefined;
  return { create: missing.map((ordinal) => fresh(view, ordinal)), remove };
}

/** The next pod to replace, from the last to the first; one that is not well holds the update up. */
function outdated({ set, wanted, byOrdinal }: View, { update }: Revisions): Pod[] {
  if (set.spec.updateStrategy?.type === 'OnDelete') return [];
  const { partition = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  for (const ordinal of wanted.slice(partition).toReversed()) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined || isGoing(pod)) return [];
    if (revisionOf(pod) !== update) return [pod];
    if (!isHealthy(pod)) return [];
  }
  return [];
}

/** The status; the current revision moves on when every pod is of the new one and ready. Pure. */
export function statefulSetStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  now: Date,
): StatefulSetStatus {
  const active = pods.filter((pod) => !hasEnded(pod));
  const of = (name: string): number =>
    active.filter((pod) => revisionOf(pod) === name && !isGoing(pod)).length;
  const ready = active.filter(isReady).length;
  const available = active.filter(
    (pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, now) === 0,
  ).length;
  const replicas = set.spec.replicas ?? 1;
  const updated = of(revisions.update);
  const isThrough = updated === replicas && ready === replicas && active.length === replicas;
  const currentRevision = isThrough ? revisions.update : revisions.current;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: active.length,
    readyReplicas: ready,
    availableReplicas: available,
    ...(of(currentRevision) > 0 ? { currentReplicas: of(currentRevision) } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision,
    updateRevision: revisions.update,
    collisionCount: set.status?.collisionCount ?? 0,
  };
}
