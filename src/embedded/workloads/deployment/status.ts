import type { Condition } from '../../../lib/kube/index.ts';
import { conditionOf, withCondition, withoutCondition } from '../conditions.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { timeText } from '../time.ts';
import { withPause, withProgress, type Progress } from './progress.ts';
import { roomOf } from './rollout.ts';

const sum = (
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number => sets.reduce((total, each) => total + (each.status?.[field] ?? 0), 0);

/** The status of a deployment, from what its replica sets report; conditions as Kubernetes words them. */
export function deploymentStatus(
  deployment: Deployment,
  sets: { readonly fresh: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] },
  progress: Progress,
  now: Date,
): DeploymentStatus {
  const all = [...(sets.fresh ? [sets.fresh] : []), ...sets.old];
  const available = sum(all, 'availableReplicas');
  const wanted = all.reduce((total, each) => total + (each.spec.replicas ?? 0), 0);
  const counts = {
    replicas: sum(all, 'replicas'),
    updatedReplicas: sets.fresh?.status?.replicas ?? 0,
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  const collisions = deployment.status?.collisionCount;
  const next: DeploymentStatus = {
    ...(deployment.metadata.generation === undefined
      ? {}
      : { observedGeneration: deployment.metadata.generation }),
    ...counts,
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
  };
  const paused = withPause(deployment, deployment.status?.conditions ?? [], timeText(now));
  const round = { fresh: sets.fresh, progress, now };
  const progressing = withProgress(deployment, { ...next, conditions: paused }, round);
  next.conditions = withFailure(
    withAvailability(deployment, progressing, available, now),
    all,
    now,
  );
  return next;
}

function withAvailability(
  deployment: Deployment,
  conditions: Condition[],
  available: number,
  now: Date,
): Condition[] {
  const enough = available >= (deployment.spec.replicas ?? 1) - roomOf(deployment).unavailable;
  return withCondition(
    conditions,
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    timeText(now),
  );
}

/** The pods of a replica set that cannot be created are told on the deployment too. */
function withFailure(conditions: Condition[], sets: readonly ReplicaSet[], now: Date): Condition[] {
  const failure = sets
    .map((each) => conditionOf(each.status?.conditions, 'ReplicaFailure'))
    .find((each) => each?.status === 'True');
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure');
  const { reason = 'FailedCreate', message = '' } = failure;
  return withCondition(
    conditions,
    { type: 'ReplicaFailure', status: 'True', reason, message },
    timeText(now),
  );
}
