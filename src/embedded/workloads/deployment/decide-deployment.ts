import type { Deployment, Pod, ReplicaSet } from '../objects.ts';
import {
  annotation,
  annotationPatch,
  annotationsFor,
  revisionOf,
  splitReplicaSets,
} from './revision.ts';
import {
  nextFreshReplicas,
  nextOldReplicas,
  proportionalReplicas,
  roomOf,
  totalWanted,
} from './rollout.ts';

export type DeploymentStep =
  | { readonly do: 'create'; readonly replicas: number; readonly revision: number }
  | {
      readonly do: 'change';
      readonly set: ReplicaSet;
      readonly replicas?: number;
      readonly annotations?: Record<string, unknown>;
    }
  /** Notes the current revision on the deployment itself. */
  | { readonly do: 'mark'; readonly revision: number }
  | { readonly do: 'remove'; readonly set: ReplicaSet };

export interface DeploymentView {
  readonly deployment: Deployment;
  /** Every replica set of this deployment. */
  readonly sets: readonly ReplicaSet[];
  /** Pods of those sets that have not ended; terminating ones count. */
  readonly pods: readonly Pod[];
}

/** What to do next; nothing when the deployment has to wait or is as it should be. Pure. */
export function decideDeployment(view: DeploymentView): DeploymentStep[] {
  const { deployment, sets } = view;
  if (deployment.metadata.deletionTimestamp !== undefined) return [];
  const { fresh, old } = splitReplicaSets(deployment, sets);
  const paused = deployment.spec.paused === true;
  const marks = fresh === undefined ? [] : revisionSteps(deployment, fresh, old);
  if (marks.length > 0) return marks;
  if (paused || isScaling(deployment, sets)) {
    const steps = scaleSteps(deployment, fresh, sets);
    if (paused || steps.length > 0) return steps;
  }
  const steps =
    deployment.spec.strategy?.type === 'Recreate'
      ? recreateSteps(view, fresh, old)
      : rollingSteps(deployment, fresh, old);
  return steps.length > 0 || fresh === undefined ? steps : cleanUp(deployment, fresh, old);
}

function numbers(deployment: Deployment, revision: number) {
  const desired = deployment.spec.replicas ?? 1;
  return { revision, desired, max: desired + roomOf(deployment).surge };
}

/** The revision a new replica set gets: one more than any older one. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

function revisionSteps(
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): DeploymentStep[] {
  const revision = Math.max(revisionOf(fresh), nextRevision(old));
  const before = fresh.metadata.annotations ?? {};
  // desired-replicas is left as it is here: a difference in it is how a scaling is noticed.
  const after = annotationsFor(deployment, before, numbers(deployment, revision));
  after[annotation.desired] = before[annotation.desired] ?? after[annotation.desired] ?? '0';
  const annotations = annotationPatch(before, after);
  const steps: DeploymentStep[] = [];
  if (annotations !== undefined) steps.push({ do: 'change', set: fresh, annotations });
  if (revisionOf(deployment) !== revision) steps.push({ do: 'mark', revision });
  return steps;
}

function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const desired = String(deployment.spec.replicas ?? 1);
  return sets.some((set) => {
    const noted = set.metadata.annotations?.[annotation.desired];
    return (set.spec.replicas ?? 0) > 0 && noted !== undefined && noted !== desired;
  });
}

/** A change of size, noted on the set together with what it was asked from. */
function resize(deployment: Deployment, set: ReplicaSet, replicas: number): DeploymentStep[] {
  const before = set.metadata.annotations ?? {};
  const { desired, max } = numbers(deployment, 0);
  const annotations = annotationPatch(before, {
    [annotation.desired]: String(desired),
    [annotation.max]: String(max),
  });
  const moves = replicas !== (set.spec.replicas ?? 0);
  if (!moves && annotations === undefined) return [];
  return [
    {
      do: 'change',
      set,
      ...(moves ? { replicas } : {}),
      ...(annotations === undefined ? {} : { annotations }),
    },
  ];
}

function scaleSteps(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): DeploymentStep[] {
  const replicas = deployment.spec.replicas ?? 1;
  const active = sets.filter((each) => (each.spec.replicas ?? 0) > 0);
  if (active.length <= 1) {
    const only = active[0] ?? fresh ?? sets.at(-1);
    return only === undefined ? [] : resize(deployment, only, replicas);
  }
  const saturated =
    fresh?.spec.replicas === replicas && fresh.status?.availableReplicas === replicas;
  if (saturated)
    return active.flatMap((set) => resize(deployment, set, set === fresh ? replicas : 0));
  if (deployment.spec.strategy?.type === 'Recreate')
    return active.flatMap((set) => resize(deployment, set, set.spec.replicas ?? 0));
  const next = proportionalReplicas(deployment, active);
  return active.flatMap((set) => resize(deployment, set, next.get(set.metadata.name) ?? 0));
}

function recreateSteps(
  { deployment, pods }: DeploymentView,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): DeploymentStep[] {
  if (totalWanted(old) > 0) {
    return old
      .filter((each) => (each.spec.replicas ?? 0) > 0)
      .flatMap((set) => resize(deployment, set, 0));
  }
  const oldUids = new Set(old.map((each) => each.metadata.uid));
  const stillThere = pods.some((pod) =>
    pod.metadata.ownerReferences?.some((each) => oldUids.has(each.uid)),
  );
  if (stillThere) return [];
  const replicas = deployment.spec.replicas ?? 1;
  return fresh === undefined
    ? [{ do: 'create', replicas, revision: nextRevision(old) }]
    : resize(deployment, fresh, replicas);
}

function rollingSteps(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): DeploymentStep[] {
  if (fresh === undefined) {
    const replicas = nextFreshReplicas(deployment, 0, old);
    return [{ do: 'create', replicas, revision: nextRevision(old) }];
  }
  const wanted = fresh.spec.replicas ?? 0;
  const up = resize(deployment, fresh, nextFreshReplicas(deployment, wanted, old));
  if (up.length > 0) return up;
  const next = nextOldReplicas(deployment, fresh, old);
  return old.flatMap((set) => {
    const to = next.get(set.metadata.name);
    return to === undefined ? [] : resize(deployment, set, to);
  });
}

/** Old revisions beyond the limit go, the oldest first, once the rollout is through. */
function cleanUp(
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): DeploymentStep[] {
  const replicas = deployment.spec.replicas ?? 1;
  const isThrough = fresh.status?.availableReplicas === replicas && totalWanted(old) === 0;
  if (!isThrough) return [];
  const idle = old.filter(
    (each) =>
      (each.status?.replicas ?? 0) === 0 &&
      each.metadata.deletionTimestamp === undefined &&
      (each.status?.observedGeneration ?? 0) >= (each.metadata.generation ?? 0),
  );
  const tooMany = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
  return idle
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, tooMany))
    .map((set) => ({ do: 'remove', set }));
}
