import type { Condition } from '../../../lib/kube/index.ts';
import { conditionOf, withCondition, withoutCondition } from '../conditions.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { timeText } from '../time.ts';

/** Something that happened in this round and moves the Progressing condition. */
export type Progress =
  | { readonly is: 'created' | 'found' | 'none' }
  | { readonly is: 'failed'; readonly message: string };

/** The conditions with a pause, or its end, told. */
export function withPause(
  deployment: Deployment,
  conditions: Condition[],
  now: string,
): Condition[] {
  if (deployment.spec.progressDeadlineSeconds === undefined) return conditions;
  const reason = conditionOf(conditions, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return conditions;
  if (deployment.spec.paused === true && reason !== 'DeploymentPaused') {
    const message = 'Deployment is paused';
    return withCondition(
      conditions,
      { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message },
      now,
    );
  }
  if (deployment.spec.paused !== true && reason === 'DeploymentPaused') {
    const message = 'Deployment is resumed';
    return withCondition(
      conditions,
      { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message },
      now,
    );
  }
  return conditions;
}

/** Whether every pod is of the newest template, and there are enough of them. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas
  );
}

function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number =>
    replicas - updatedReplicas;
  const grows = (field: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean =>
    (after[field] ?? 0) > (before[field] ?? 0);
  return (
    old(after) < old(before) ||
    grows('updatedReplicas') ||
    grows('readyReplicas') ||
    grows('availableReplicas')
  );
}

interface Round {
  readonly fresh: ReplicaSet | undefined;
  readonly progress: Progress;
  readonly now: Date;
}

/** The conditions with Progressing as it stands after this round. */
export function withProgress(
  deployment: Deployment,
  next: DeploymentStatus,
  { fresh, progress, now }: Round,
): Condition[] {
  const conditions = next.conditions ?? [];
  if (deployment.spec.progressDeadlineSeconds === undefined)
    return withoutCondition(conditions, 'Progressing');
  const time = timeText(now);
  const news =
    newsOfStep(conditions, fresh, progress) ?? newsOfCounts(deployment, next, fresh, now);
  if (news === undefined) return conditions;
  const current = conditionOf(conditions, 'Progressing');
  // Every move counts from now for the deadline, so its time is set even when the reason stays.
  const base =
    news.reason === 'ReplicaSetUpdated' ? withoutCondition(conditions, 'Progressing') : conditions;
  const moved = withCondition(base, { type: 'Progressing', ...news }, time);
  const since = current?.status === news.status ? current.lastTransitionTime : undefined;
  return since === undefined
    ? moved
    : moved.map((each) =>
        each.type === 'Progressing' ? { ...each, lastTransitionTime: since } : each,
      );
}

interface News {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

function newsOfStep(
  conditions: readonly Condition[],
  fresh: ReplicaSet | undefined,
  progress: Progress,
): News | undefined {
  const name = `replica set "${fresh?.metadata.name}"`;
  switch (progress.is) {
    case 'failed':
      return { status: 'False', reason: 'ReplicaSetCreateError', message: progress.message };
    case 'created':
      return { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new ${name}` };
    case 'found':
      return conditionOf(conditions, 'Progressing') === undefined
        ? { status: 'True', reason: 'FoundNewReplicaSet', message: `Found new ${name}` }
        : undefined;
    case 'none':
      return undefined;
  }
}

function newsOfCounts(
  deployment: Deployment,
  next: DeploymentStatus,
  fresh: ReplicaSet | undefined,
  now: Date,
): News | undefined {
  const current = conditionOf(next.conditions, 'Progressing');
  const isSettled =
    next.replicas === next.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (deployment.spec.paused === true || isSettled) return undefined;
  const subject =
    fresh === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${fresh.metadata.name}"`;
  if (isComplete(deployment, next)) {
    const message = `${subject} has successfully progressed.`;
    return { status: 'True', reason: 'NewReplicaSetAvailable', message };
  }
  if (hasMoved(deployment.status ?? {}, next))
    return { status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
  const left = deadlineInMs(deployment, current, now);
  if (left === undefined || left > 0) return undefined;
  const message = `${subject} has timed out progressing.`;
  return { status: 'False', reason: 'ProgressDeadlineExceeded', message };
}

/** Milliseconds until an unfinished rollout counts as failed; undefined when no clock is running. */
export function deadlineInMs(
  deployment: Deployment,
  progressing: Condition | undefined,
  now: Date,
): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  if (seconds === undefined || progressing === undefined || deployment.spec.paused === true)
    return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable') return undefined;
  if (progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  const since = Date.parse(progressing.lastUpdateTime ?? progressing.lastTransitionTime ?? '');
  return Number.isNaN(since) ? undefined : since + seconds * 1000 - now.getTime();
}
