import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { isHelmRelease } from '../../../lib/manifest/index.ts';

/** How far a workload's newest version is rolled out, as fluxd's API gives it. */
export interface Rollout {
  readonly Desired: number;
  readonly Updated: number;
  readonly Ready: number;
  readonly Available: number;
  readonly Outdated: number;
  readonly Messages: readonly string[] | null;
}

export interface WorkloadStatus {
  readonly status: string;
  readonly rollout: Rollout;
}

const none: Rollout = {
  Desired: 0,
  Updated: 0,
  Ready: 0,
  Available: 0,
  Outdated: 0,
  Messages: null,
};

/** fluxd's words `started`, `updating`, `ready`, `error`; of a HelmRelease its release's status. */
export function workloadStatus(object: KubeObject): WorkloadStatus {
  const status = record(object['status']);
  if (isHelmRelease(object)) {
    const said = status['releaseStatus'];
    return { status: typeof said === 'string' ? said : '', rollout: none };
  }
  if (object.kind === 'CronJob') return { status: 'ready', rollout: none };
  const rollout = object.kind === 'DaemonSet' ? daemonRollout(status) : replicaRollout(object);
  return { status: word(object, rollout), rollout };
}

function word(object: KubeObject, rollout: Rollout): string {
  const observed = record(object['status'])['observedGeneration'];
  const { generation = 0 } = object.metadata;
  if (typeof observed !== 'number' || observed < generation) return 'started';
  if (rollout.Messages !== null) return 'error';
  const { Desired, Updated, Available, Ready, Outdated } = rollout;
  const serving = object.kind === 'StatefulSet' ? Ready : Available;
  const due = Math.max(0, Desired - partitionOf(object));
  return Updated >= due && serving === Desired && Outdated <= Desired - due ? 'ready' : 'updating';
}

function replicaRollout(object: KubeObject): Rollout {
  const status = record(object['status']);
  const spec = record(object['spec']);
  const desired = spec['replicas'];
  const updated = count(status['updatedReplicas']);
  return {
    Desired: typeof desired === 'number' ? desired : 1,
    Updated: updated,
    Ready: count(status['readyReplicas']),
    Available: count(status['availableReplicas']),
    Outdated: Math.max(0, count(status['replicas']) - updated),
    Messages: messagesOf(status),
  };
}

function daemonRollout(status: JsonRecord): Rollout {
  const desired = count(status['desiredNumberScheduled']);
  const updated = count(status['updatedNumberScheduled']);
  return {
    Desired: desired,
    Updated: updated,
    Ready: count(status['numberReady']),
    Available: count(status['numberAvailable']),
    Outdated: Math.max(0, count(status['currentNumberScheduled']) - updated),
    Messages: messagesOf(status),
  };
}

function partitionOf(object: KubeObject): number {
  if (object.kind !== 'StatefulSet') return 0;
  const rolling = record(record(record(object['spec'])['updateStrategy'])['rollingUpdate']);
  return count(rolling['partition']);
}

function messagesOf(status: JsonRecord): string[] | null {
  const conditions: unknown = status['conditions'];
  const bad = (Array.isArray(conditions) ? conditions.filter(isRecord) : []).filter(
    ({ type, status: is }) =>
      (type === 'Progressing' && is === 'False') || (type === 'ReplicaFailure' && is === 'True'),
  );
  return bad.length === 0 ? null : bad.map(({ message }) => String(message ?? ''));
}

function record(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
